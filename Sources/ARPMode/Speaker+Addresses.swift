import AddressResolution
import Configuration
import HashTreeCollections
import LoadBalancing
import Netlink
import NetworkTypes

// What is done for one address, and undone.
extension Speaker {
    mutating func place(_ address: IPAddress, at now: MonotonicTime) -> [Effect] {
        if isHolding {
            let sentence = "this process did not run for some time, and asks the other nodes first"
            return block(address, Obstacle(reason: "Pending", sentence: sentence), retry: nil)
        }
        guard let network, let choice else {
            return block(
                address, Obstacle(reason: "Pending", sentence: "the interfaces are not known yet"), retry: nil)
        }
        switch choice.interface(for: address) {
        case .failure(let obstacle): return block(address, obstacle, retry: nil)
        case .success(let link): return enter(address, on: link, in: network, at: now)
        }
    }

    mutating func enter(
        _ address: IPAddress, on link: Link, in network: NetworkState, at now: MonotonicTime
    ) -> [Effect] {
        let holder: LinkIndex?
        switch self.holder(on: link.index) {
        case .success(let found): holder = found
        case .failure(let obstacle): return block(address, obstacle, retry: nil)
        }
        let effects = listen(on: link, in: network)
        segments[link.index]?.addresses.insert(address)
        guard !unproven.contains(address) else {
            phases[address] = .probing(link.index)
            retries[address] = nil
            let verdicts = segments[link.index]?.prober.start(address, at: now) ?? []
            return effects + takeIn(verdicts, on: link.index, at: now)
        }
        return effects + attach(address, on: link.index, at: holder, at: now)
    }

    /// The link that is to hold what is announced on another; nil for none.
    func holder(on link: LinkIndex) -> Result<LinkIndex?, Obstacle> {
        switch (settings.attach, device) {
        case (.interface, _): .success(link)
        case (.none, _): .success(nil)
        case (.link, .ready(let device)): .success(device)
        case (.link, .failed(let obstacle)): .failure(obstacle)
        case (.link, .notNeeded):
            .failure(Obstacle(reason: "Pending", sentence: "its device is being made"))
        }
    }

    mutating func attach(
        _ address: IPAddress, on link: LinkIndex, at holder: LinkIndex?, at now: MonotonicTime
    ) -> [Effect] {
        guard let holder else { return answer(address, on: link, key: nil, at: now) }
        lastTicket += 1
        retries[address] = nil
        if unanswered.isEmpty { answerDue = now.advanced(by: Self.longestSilence) }
        unanswered.insert(address)
        let key = AddressKey(link: holder, address: address)
        phases[address] = .attaching(link, key, ticket: lastTicket)
        return [.attach(key, ticket: lastTicket)]
    }

    /// What the kernel says nothing about is blocked, as if it had failed, and asked for again later.
    mutating func giveUpWaiting(at now: MonotonicTime) -> [Effect] {
        guard let answerDue, answerDue <= now else { return [] }
        return unanswered.sorted().flatMap { address in
            let obstacle = Obstacle(
                reason: "AddressNotAdded",
                sentence: "\(address) could not be added: the kernel has not answered for \(Self.longestSilence); "
                    + "something else keeps its network busy")
            return remove(address) + block(address, obstacle, retry: now.advanced(by: Self.retryInterval))
        }
    }

    /// Opens the sockets of a link if they are not.
    mutating func listen(on link: Link, in network: NetworkState) -> [Effect] {
        guard segments[link.index] == nil else { return [] }
        segments[link.index] = Segment(link, in: network, settings, seed: seed)
        return [.open(link.index)]
    }

    /// Closes the sockets of a link that nothing is expected on.
    mutating func expectNothing(on link: LinkIndex) -> [Effect] {
        segments[link]?.expected = []
        guard segments[link]?.addresses.isEmpty == true else { return [] }
        segments[link] = nil
        return [.close(link)]
    }

    /// Nobody else has the address: it is placed for good.
    mutating func proven(_ address: IPAddress, at now: MonotonicTime) -> [Effect] {
        unproven.remove(address)
        guard case .probing(let link) = phases[address] else { return [] }
        switch holder(on: link) {
        case .success(let holder): return attach(address, on: link, at: holder, at: now)
        case .failure(let obstacle): return remove(address) + block(address, obstacle, retry: nil)
        }
    }

    /// Another host has the address, and keeps it.
    mutating func giveUp(_ address: IPAddress, to station: MACAddress, on link: LinkIndex) -> [Effect] {
        let name = segments[link]?.name ?? ""
        let effects = remove(address)
        let sentence = "\(address) is used by another host, \(station) on \(name)"
        phases[address] = .blocked(Obstacle(reason: "AddressConflict", sentence: sentence))
        retries[address] = .some(MonotonicTime(nanoseconds: .max))
        return effects + [.report(address, .conflicted(by: station, interface: name))]
    }

    mutating func answer(
        _ address: IPAddress, on link: LinkIndex, key: AddressKey?, at now: MonotonicTime
    ) -> [Effect] {
        phases[address] = .answering(link, key)
        retries[address] = nil
        segments[link]?.unannounced.insert(address)
        segments[link]?.schedule.start(address, at: now)
        guard answersItself(for: address, on: link) else { return [] }
        segments[link]?.responder.owned.insert(address)
        return address.family == .ipv6 ? [.join(address, link)] : []
    }

    /// The kernel answers ARP for an address on any of its interfaces unless `arp_ignore` says otherwise, and NDP only
    /// on the interface that holds it.
    func answersItself(for address: IPAddress, on link: LinkIndex) -> Bool {
        switch (settings.attach, address.family) {
        case (.interface, _): false
        case (.none, _), (.link, .ipv6): true
        case (.link, .ipv4): (segments[link]?.settings?.arpIgnore ?? 0) > 0
        }
    }

    /// Works out once what each address needs to know: there may be thousands.
    mutating func chooseAnew() {
        choice = network.map { InterfaceChoice(patterns: settings.interfaces, network: $0) }
    }

    mutating func reconsider(_ address: IPAddress, at now: MonotonicTime) -> [Effect] {
        guard let choice else { return [] }
        switch phases[address] {
        case .probing(let link), .attaching(let link, _, _), .answering(let link, _):
            if choice.allows(link, for: address) { return [] }
            return remove(address) + place(address, at: now)
        case .blocked: return retries[address] == nil ? place(address, at: now) : []
        case nil: return []
        }
    }

    mutating func block(_ address: IPAddress, _ obstacle: Obstacle, retry: MonotonicTime?) -> [Effect] {
        let isNews = phases[address] != .blocked(obstacle)
        phases[address] = .blocked(obstacle)
        retries[address] = retry
        guard isNews else { return [] }
        return [.report(address, obstacle.reason == "Pending" ? .pending(obstacle) : .blocked(obstacle))]
    }

    mutating func withdraw(_ address: IPAddress) -> [Effect] {
        let effects = remove(address)
        phases[address] = nil
        losses[address] = nil
        retries[address] = nil
        unproven.remove(address)
        return effects + [.report(address, .withdrawn)]
    }

    /// Asks for a lost address again. It is not let go of before: word of our own removal would be taken for the next loss.
    mutating func putBack(
        _ address: IPAddress, lostFrom key: AddressKey, at now: MonotonicTime
    ) -> [Effect] {
        let effects = remove(address, lettingGo: false) + place(address, at: now)
        if case .attaching(_, key, _) = phases[address] { return effects }
        return [.detach(key)] + effects
    }

    /// Undoes what was done for an address, whatever that was; the kernel may be left to hold it.
    mutating func remove(_ address: IPAddress, lettingGo: Bool = true) -> [Effect] {
        var effects: [Effect] = []
        monitor.forget(address)
        unseen[address] = nil
        switch phases[address] {
        case .probing(let link):
            segments[link]?.prober.cancel(address)
            effects += leave(address, link)
        case .attaching(let link, let key, _):
            unanswered.remove(address)
            effects.append(.detach(key))
            effects += leave(address, link)
        case .answering(let link, let key):
            if segments[link]?.responder.owned.remove(address) != nil, address.family == .ipv6 {
                effects.append(.leave(address, link))
            }
            if let key, lettingGo { effects.append(.detach(key)) }
            effects += leave(address, link)
        case .blocked, nil: break
        }
        return effects
    }

    mutating func leave(_ address: IPAddress, _ link: LinkIndex) -> [Effect] {
        segments[link]?.schedule.stop(address)
        segments[link]?.unannounced.remove(address)
        segments[link]?.addresses.remove(address)
        guard segments[link]?.addresses.isEmpty == true, segments[link]?.expected.isEmpty == true else { return [] }
        segments[link] = nil
        return [.close(link)]
    }

    /// Those that are still to be held are announced when they are. `isNews`: that they are in effect is told again.
    mutating func announceAnew(on link: LinkIndex, at now: MonotonicTime, isNews: Bool = false) {
        for address in segments[link]?.addresses.sorted() ?? [] {
            guard case .answering = phases[address] else { continue }
            segments[link]?.schedule.start(address, at: now)
            if isNews { segments[link]?.unannounced.insert(address) }
        }
    }

    mutating func announceDue(on link: LinkIndex, at now: MonotonicTime) -> [Effect] {
        guard let due = segments[link]?.schedule.due(at: now), let segment = segments[link] else { return [] }
        var effects: [Effect] = []
        for address in due {
            let frames = segment.responder.station.announcementFrames(for: address)
            counters.noteSent(frames.count, .announcement, address.family)
            effects += frames.map { .send($0, link) }
            if segments[link]?.unannounced.remove(address) != nil {
                effects.append(.report(address, .inEffect(interface: segment.name)))
            }
        }
        return effects
    }

    /// Once both are known, what is wanted and what there is: before that, leftovers are kept for adoption. Again
    /// whenever fewer of them are spared.
    mutating func sweepOnce() -> [Effect] {
        guard hasDesired, let network, !hasSwept else { return [] }
        hasSwept = true
        let left = spared.isEmpty ? [] : network.ownAddresses.map(\.key).filter { spared.contains($0.address) }
        let kept = phases.values.compactMap { phase -> AddressKey? in
            switch phase {
            case .attaching(_, let key, _): key
            case .answering(_, let key): key
            case .blocked, .probing: nil
            }
        }
        return [.sweep(keeping: Set(kept + left))]
    }

    static func hostKeys(_ network: NetworkState) -> Set<AddressKey> {
        Set(network.hostAddresses.map(\.key))
    }
}
