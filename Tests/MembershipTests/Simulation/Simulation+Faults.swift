import NetworkTypes

@testable import Membership

// What is done to nodes and the network.
extension Simulation {
    private var desiredNow: [DesiredAddress] {
        desired.indices.compactMap { number in
            desired[number].map { DesiredAddress(Self.address(number), candidates: candidates($0)) }
        }
    }

    private func candidates(_ mask: UInt16) -> Set<NodeName>? {
        guard mask != .max else { return nil }
        return Set(nodes.indices.filter { mask & (1 << UInt16($0)) != 0 }.map { nodes[$0].name })
    }

    mutating func start(_ node: Int) {
        guard nodes[node].process == .dead else { return }
        trace?.note(at: now, "start \(nodes[node].name)")
        disturbed()
        // The kernel keeps the addresses for a second.
        let isAdopting = nodes[node].killedAt.map { $0.duration(to: now) < .seconds(1) } ?? false
        if !isAdopting { nodes[node].attached = [] }
        nodes[node].run += 1
        // A clock may have gone back.
        let clock = Int.random(in: 0..<8, using: &random) == 0 ? now.nanoseconds / 2 : now.nanoseconds
        nodes[node].incarnation = UInt64(max(clock, 1))
        nodes[node].process = .running
        nodes[node].isHolding = false
        nodes[node].isDraining = false
        nodes[node].queue = []
        nodes[node].attaching = [:]
        nodes[node].member = Member(
            name: nodes[node].name, incarnation: nodes[node].incarnation, settings: settings, seal: TestSeal(),
            eligibility: nodes[node].eligibility,
            adopted: Set(nodes[node].attached.map(Self.address)), at: now)
        nodes[node].seenAllocation = 0
        nodes[node].toldSubnets = nodes[node].eligibility.subnets
        noteUnheard(by: node)
        feed(.settings(settings(of: node)), to: node)
        feed(.roster(nodes.map(\.name)), to: node)
        feed(.desired(desiredNow, removed: []), to: node)
        tellRecords(of: node)
    }

    private func settings(of node: Int) -> MemberSettings {
        var settings = settings
        settings.detection = FailureDetector.Settings(interval: .milliseconds(nodes[node].interval))
        return settings
    }

    /// Its heartbeats come at another pace from now on.
    mutating func setInterval(_ node: Int, _ milliseconds: Int) {
        trace?.note(at: now, "\(nodes[node].name) has interval \(milliseconds) ms")
        nodes[node].interval = milliseconds
        if nodes[node].isRunning { feed(.settings(settings(of: node)), to: node) }
    }

    /// Some of what was sent before is sent again to a node.
    mutating func replay(to node: Int) {
        trace?.note(at: now, "replay to \(nodes[node].name)")
        for datagram in overheard.shuffled(using: &random).prefix(30) {
            queue.add(.deliver(datagram, to: node), at: now.advanced(by: .microseconds(1)))
        }
    }

    /// What is desired is not heard, or is again.
    mutating func setServer(away: Bool) {
        trace?.note(at: now, "API server away: \(away)")
        isServerAway = away
        guard !away else { return }
        let missed = missedDesires
        missedDesires = [:]
        for (address, mask) in missed.sorted(by: { $0.key < $1.key }) { setDesired(address, mask) }
    }

    mutating func kill(_ node: Int) {
        guard nodes[node].process != .dead else { return }
        trace?.note(at: now, "kill \(nodes[node].name)")
        disturbed()
        nodes[node].process = .dead
        nodes[node].member = nil
        nodes[node].killedAt = now
    }

    mutating func leave(_ node: Int) {
        guard nodes[node].isRunning else { return }
        disturbed()
        feed(.leave, to: node)
        kill(node)
        nodes[node].killedAt = nil
    }

    mutating func freeze(_ node: Int, for time: Duration) {
        guard nodes[node].isRunning else { return }
        trace?.note(at: now, "freeze \(nodes[node].name) for \(time)")
        disturbed()
        nodes[node].process = .frozen
        nodes[node].frozenAt = now
        nodes[node].answeringAtFreeze = answeringMasks()
        queue.add(.thaw(node, run: nodes[node].run), at: now.advanced(by: time))
    }

    mutating func thaw(_ node: Int) {
        guard nodes[node].process == .frozen, let frozenAt = nodes[node].frozenAt else { return }
        trace?.note(at: now, "thaw \(nodes[node].name)")
        disturbed()
        nodes[node].process = .running
        let others = answeringMasks()
        let before = nodes[node].answeringAtFreeze
        let lost = nodes[node].attached.filter {
            others[$0] & ~before[$0] & near(node) != 0 && others[$0] & before[$0] == 0
        }
        let waiting = nodes[node].queue
        nodes[node].queue = []
        // Whichever comes first, the timer or what is queued.
        var events = waiting.map { MemberEvent.received($0[...]) }
        if Bool.random(using: &random) { events.insert(.timePassed, at: 0) } else { events.append(.timePassed) }
        invariants.watchThawed(node: node, lost: frozenAt.duration(to: now) >= .milliseconds(200) ? lost : [], at: now)
        for event in events { feed(event, to: node) }
        tellEligibility(of: node)
        feed(.desired(desiredNow, removed: desired.indices.filter { desired[$0] == nil }.map(Self.address)), to: node)
        allocate(on: node)
        checkInvariants()
    }

    mutating func cut(from: Int, to: Int) {
        trace?.note(at: now, "cut \(from) -> \(to)")
        disturbed()
        network.cut(from: from, to: to)
    }

    mutating func split(_ side: UInt16) {
        trace?.note(at: now, "split \(side)")
        disturbed()
        network.split(side)
    }

    mutating func heal() {
        trace?.note(at: now, "heal")
        disturbed()
        network.healAll()
    }

    mutating func setCarrier(_ node: Int, _ value: Bool) {
        trace?.note(at: now, "carrier of \(nodes[node].name): \(value)")
        disturbed()
        nodes[node].hasCarrier = value
        if nodes[node].isRunning { tellEligibility(of: node) }
    }

    mutating func setExcluded(_ node: Int, _ value: Bool) {
        trace?.note(at: now, "exclude \(nodes[node].name): \(value)")
        disturbed()
        nodes[node].isExcluded = value
        if nodes[node].isRunning { tellEligibility(of: node) }
    }

    private mutating func tellEligibility(of node: Int) {
        let eligibility = nodes[node].eligibility
        if !eligibility.subnets.subtracting(nodes[node].toldSubnets).isEmpty { noteUnheard(by: node) }
        nodes[node].toldSubnets = eligibility.subnets
        feed(.eligibility(eligibility), to: node)
    }

    mutating func setDraining(_ node: Int, _ value: Bool) {
        guard nodes[node].isRunning else { return }
        trace?.note(at: now, "drain \(nodes[node].name): \(value)")
        disturbed()
        nodes[node].isDraining = value
        feed(.draining(value), to: node)
    }

    mutating func rebalance(_ node: Int) {
        guard nodes[node].isRunning else { return }
        trace?.note(at: now, "rebalance \(nodes[node].name)")
        disturbed()
        feed(.rebalance, to: node)
    }

    mutating func setDesired(_ address: Int, _ mask: UInt16?) {
        guard !isServerAway else {
            missedDesires[address] = .some(mask)
            return
        }
        trace?.note(at: now, "desire \(address): \(mask.map(String.init) ?? "no")")
        disturbed()
        desired[address] = mask
        for node in nodes.indices where nodes[node].isRunning {
            let change = mask.map { DesiredAddress(Self.address(address), candidates: candidates($0)) }
            feed(.desired(change.map { [$0] } ?? [], removed: mask == nil ? [Self.address(address)] : []), to: node)
        }
    }

    /// From here on the time runs within which all must be well.
    mutating func disturbed() {
        checkInvariants()
        invariants.disturbed(at: now)
    }
}
