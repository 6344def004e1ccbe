import AddressResolution
import LoadBalancing
import Netlink
import NetworkTypes

// Who else claims an address that this node is to have, or has.
extension Speaker {
    /// Goes on with what nobody else has, and gives up what somebody has.
    mutating func takeIn(_ verdicts: [Prober.Effect], on link: LinkIndex, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        for verdict in verdicts {
            switch verdict {
            case .send(let frame):
                counters.noteSent(1, .probe, Self.isARP(frame) ? .ipv4 : .ipv6)
                effects.append(.send(frame, link))
            case .free(let address):
                if scouting.addresses.contains(address) { scouting.noteFree(address, at: now) }
                effects += proven(address, at: now)
            case .conflict(let address, let station):
                scouting.noteUse(address)
                if phases[address] != nil {
                    effects += giveUp(address, to: station, on: link)
                } else if !monitor.members.contains(station), let name = segments[link]?.name {
                    effects.append(.report(address, .conflicted(by: station, interface: name)))
                }
            }
        }
        return effects
    }

    /// What follows when a station was heard to use an address that is announced here.
    mutating func notice(_ claim: Claim, in frame: ResolutionFrame, on link: LinkIndex) -> [Effect] {
        if !monitor.members.contains(claim.hardwareAddress) || claim.kind == .use { scouting.noteUse(claim.address) }
        guard case .answering(link, _) = phases[claim.address], let station = segments[link]?.responder.station,
            !station.isOurs(frame.header.source), !station.isOurs(claim.hardwareAddress)
        else { return [] }
        switch monitor.handle(claim) {
        case .defend(let address, let other):
            let frames = station.announcementFrames(for: address)
            counters.noteSent(frames.count, .defence, address.family)
            let name = segments[link]?.name ?? ""
            return frames.map { .send($0, link) } + [.defended(address, against: other, interface: name)]
        case .lost(let address, let other): return giveUp(address, to: other, on: link)
        case .memberClaim(let address, let other): return [.memberClaim(address, other)]
        case nil: return []
        }
    }

    /// Whether a whole frame carries ARP (EtherType 0806).
    static func isARP(_ frame: [UInt8]) -> Bool { frame.count > 13 && frame[12] == 0x08 && frame[13] == 0x06 }

    /// The name of the interface on which an address is announced.
    func interface(of address: IPAddress) -> String? {
        guard case .answering(let link, _) = phases[address] else { return nil }
        return segments[link]?.name
    }
}
