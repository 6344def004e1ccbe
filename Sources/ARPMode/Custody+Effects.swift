import HashTreeCollections
import LoadBalancing
import Membership
import Netlink
import NetworkTypes

// From what the member and the speaker say to what is done.
extension Custody {
    /// How long after another station was heard to have an address the network is asked before it is taken.
    static let rivalMemory = Duration.seconds(60)

    /// Hands an event to the member, and does what follows.
    mutating func handle(_ event: MemberEvent, at now: MonotonicTime) -> [Effect] {
        let wasSettling = member?.isSettling
        guard let effects = member?.handle(event, at: now) else { return [] }
        if wasSettling == true, member?.isSettling == false { touchUnclaimed() }
        return perform(effects, at: now)
    }

    private mutating func perform(_ steps: [MemberEffect], at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        var change = Change()
        for step in steps {
            switch step {
            case .send(let datagram, let recipients): effects.append(.send(datagram, to: recipients))
            case .learned(let name): effects.append(.learned(name))
            case .forgotten(let name): effects.append(.forgotten(name))
            case .claim(let address, let reason): claim(address, reason, &change, at: now)
            case .release(let address, let reason): release(address, reason, &change)
            case .reassert(let address):
                effects += apply(&change, at: now) + speak(at: now) { $0.announceAgain(address, at: now) }
            case .holdAnswers:
                effects += apply(&change, at: now) + [.note(.paused)] + speak(at: now) { $0.hold(at: now) }
            case .resumeAnswers:
                noteUnheard()
                effects += apply(&change, at: now) + [.note(.resumed)] + speak(at: now) { $0.resume(at: now) }
            case .ownerChanged(let address, _): touched.insert(address)
            case .memberChanged(let name, let reach):
                if reach.isMember { unheard.remove(name) }
                effects.append(.note(.memberChanged(name, reach)))
            case .incarnationChanged: break
            }
        }
        return effects + apply(&change, at: now)
    }

    /// Claims and releases that the speaker has not been told of.
    private struct Change {
        var claimed: [IPAddress: ClaimReason] = [:]
        var released: [IPAddress: ReleaseReason] = [:]
        var probing: Set<IPAddress> = []
    }

    private mutating func claim(
        _ address: IPAddress, _ reason: ClaimReason, _ change: inout Change, at now: MonotonicTime
    ) {
        adopted.remove(address)
        claims[address] = reason
        failures[address] = nil
        touched.insert(address)
        placed.insert(Announcement(address: address, pool: nil))
        change.claimed[address] = reason
        if hasRival(address, reason, at: now) || isUncertain(address, reason) { change.probing.insert(address) }
    }

    /// Whether someone else was found to have the address a short time ago. A node that is heard and hands it over is to
    /// be found, and no hindrance.
    private func hasRival(_ address: IPAddress, _ reason: ClaimReason, at now: MonotonicTime) -> Bool {
        guard let rival = rivals[address], rival.time.duration(to: now) < Self.rivalMemory else { return false }
        guard case .handover = reason, let name = rival.node else { return true }
        return member?.reach(of: name)?.isMember != true
    }

    private mutating func release(_ address: IPAddress, _ reason: ReleaseReason, _ change: inout Change) {
        change.claimed[address] = nil
        change.probing.remove(address)
        change.released[address] = reason
        adopted.remove(address)
        drop(address)
    }

    /// Whether a host may have the address of which no one said so.
    ///
    /// A node that is alone takes what it finds recorded when it starts without asking: it is what it had before.
    /// A node that gave an address up though it could have kept it had a reason.
    private func isUncertain(_ address: IPAddress, _ reason: ClaimReason) -> Bool {
        switch reason {
        case .fresh: !(roster.others.isEmpty && isFirstRound)
        case .takeover(let name?): unheard.contains(name) || member?.couldOwn(address, name) == true
        case .takeover(nil): true
        case .handover, .adoption: false
        }
    }

    private mutating func apply(_ change: inout Change, at now: MonotonicTime) -> [Effect] {
        guard !change.claimed.isEmpty || !change.released.isEmpty else { return [] }
        var effects: [Effect] = []
        if !change.claimed.isEmpty { effects.append(.note(.claimed(change.claimed))) }
        if !change.released.isEmpty { effects.append(.note(.released(change.released))) }
        let probing = change.probing
        change = Change()
        return effects + speakPlaced(probing: probing, at: now)
    }

    private mutating func speakPlaced(probing: Set<IPAddress>, at now: MonotonicTime) -> [Effect] {
        let placed = placed
        let adopted = adopted
        return speak(at: now) { $0.want(placed, probing: probing, sparing: adopted, at: now) }
    }

    private mutating func drop(_ address: IPAddress) {
        claims[address] = nil
        spoken[address] = nil
        touched.insert(address)
        placed.remove(Announcement(address: address, pool: nil))
    }
}

// MARK: - The speaker

extension Custody {
    /// Hands an input to the speaker, and does what follows.
    mutating func speak(at now: MonotonicTime, _ input: (inout Speaker) -> [Speaker.Effect]) -> [Effect] {
        var effects: [Effect] = []
        for step in input(&speaker) {
            switch step {
            case .report(let address, let state): effects += note(state, of: address, at: now)
            case .memberClaim(let address, let station): effects += noteClaim(of: address, by: station, at: now)
            case .defended(let address, let station, let interface):
                // A node that has not told its hardware addresses yet may be meant.
                if isForeign(station, at: address) {
                    effects.append(.note(.defended(address, station, interface: interface)))
                }
            default: effects.append(.wire(step))
            }
        }
        return effects
    }

    private mutating func note(
        _ state: AnnouncementEffect.State, of address: IPAddress, at now: MonotonicTime
    ) -> [Effect] {
        touched.insert(address)
        guard claims[address] != nil else { return noteAhead(state, of: address, at: now) }
        spoken[address] = state
        switch state {
        case .inEffect:
            rivals[address] = nil
            strangers[address] = nil
            return handle(.attached(address), at: now)
        case .blocked(let obstacle):
            failures[address] = obstacle
            return giveBack(address, at: now)
        case .conflicted(let station, let interface):
            let name = member?.node(speakingFrom: station)
            rivals[address] = Rival(station: station, node: name, interface: interface, time: now)
            guard name == nil else { return giveBack(address, at: now) }
            let told = noteStranger(station, at: address, on: interface, isAhead: false, at: now)
            return told + giveBack(address, at: now)
        case .owned, .pending, .conflictOver, .withdrawn: return []
        }
    }

    /// An address that is not wanted yet was heard to be in use: it is told, so that it is not given to anyone.
    private mutating func noteAhead(
        _ state: AnnouncementEffect.State, of address: IPAddress, at now: MonotonicTime
    ) -> [Effect] {
        guard case .conflicted(let station, let interface) = state, wanted[address] == nil,
            member?.node(speakingFrom: station) == nil, reported[address] != state
        else { return [] }
        touched.remove(address)
        return noteStranger(station, at: address, on: interface, isAhead: true, at: now)
    }

    /// This node cannot have the address just now; another may.
    private mutating func giveBack(_ address: IPAddress, at now: MonotonicTime) -> [Effect] {
        drop(address)
        return speakPlaced(probing: [], at: now) + handle(.attachFailed(address), at: now)
    }

    /// Another node was heard to announce an address of this one. Where heartbeats reach, they decide; where not, the
    /// later claim prevails, as far as it can be known.
    private mutating func noteClaim(of address: IPAddress, by station: MACAddress, at now: MonotonicTime) -> [Effect] {
        guard let member, let name = member.node(speakingFrom: station), claims[address] != nil else { return [] }
        guard member.reach(of: name)?.isMember != true, !member.prevails(over: name, for: address) else {
            return handle(.claimHeard(address), at: now)
        }
        let interface = speaker.interface(of: address) ?? ""
        rivals[address] = Rival(station: station, node: name, interface: interface, time: now)
        return [.note(.contested(address, by: name, yields: true))] + giveBack(address, at: now)
    }
}
