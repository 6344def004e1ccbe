import IPAM
import LoadBalancing
import Membership
import Netlink
import NetworkTypes

@testable import ARPMode

// The announcers, as their drivers drive them.
extension Process {
    func advanceAnnouncers(to now: MonotonicTime) {
        if let due = lookDue, due <= now {
            lookDue = custody.roster.dependsOnTime ? now.advanced(by: .seconds(5)) : nil
            perform(custody.look(unixTime: World.unixTime(now), at: now), at: now)
        }
        if custody.nextWake.map({ $0 <= now }) == true { perform(custody.advance(to: now), at: now) }
        routing.advance(to: now)
        takeRoutes(at: now)
    }

    func takeRoutes(at now: MonotonicTime) {
        take(routing.takeNews(), from: .bgp, at: now)
    }

    func setNetwork(_ state: NetworkState, at now: MonotonicTime) {
        perform(custody.setNetwork(state, at: now), at: now)
    }

    func received(datagram: [UInt8], at now: MonotonicTime) {
        perform(custody.received(datagram: datagram[...], at: now), at: now)
    }

    func received(frame: [UInt8], on link: LinkIndex, at now: MonotonicTime) {
        perform(custody.received([frame], on: link, at: now), at: now)
    }

    func attached(_ key: AddressKey, ticket: UInt64, at now: MonotonicTime) {
        perform(custody.tell(at: now) { $0.attached(key, ticket: ticket, failure: nil, at: now) }, at: now)
    }

    func perform(_ effects: [Custody.Effect], at now: MonotonicTime) {
        var reports: [IPAddress: AnnouncementEffect.State] = [:]
        for effect in effects {
            switch effect {
            case .wire(let step): perform(step)
            case .send(let datagram, .everyone):
                actions.append(.send(datagram, to: Set(custody.roster.others).union(learned).sorted()))
            case .send(let datagram, .one(let name)): actions.append(.send(datagram, to: [name]))
            case .learned(let name): learned.insert(name)
            case .forgotten(let name): learned.remove(name)
            case .report(let address, let state):
                reports[address] = state
            case .note(let note): remarks.append("\(note)")
            case .allocation: break
            }
        }
        take(reports, from: .arp, at: now)
    }

    private func perform(_ step: Speaker.Effect) {
        switch step {
        case .open(let link): custody.speaker.opened(link, settings: nil)
        case .attach(let key, let ticket): actions.append(.attach(key, ticket: ticket))
        case .detach(let key): actions.append(.detach(key))
        case .sweep(let kept): actions.append(.sweep(keeping: kept))
        case .send(let frame, _): actions.append(.frame(frame))
        case .close, .join, .leave, .report, .memberClaim, .defended: break
        }
    }

    private func take(_ reports: [IPAddress: AnnouncementEffect.State], from mode: Mode, at now: MonotonicTime) {
        guard !reports.isEmpty else { return }
        effects[mode, default: [:]].merge(reports) { _, new in new }
        for address in reports.keys.sorted() {
            let isAnnounced = if case .inEffect? = reports[address] { true } else { false }
            guard isAnnounced != announced[mode, default: []].contains(address) else { continue }
            if isAnnounced {
                announced[mode, default: []].insert(address)
            } else {
                announced[mode, default: []].remove(address)
            }
            changes.append(Change(address: address, mode: mode, isAnnounced: isAnnounced))
        }
        ring(at: now)
    }
}
