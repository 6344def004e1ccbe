import NetworkTypes
import Testing

@testable import Membership

/// Several members on one network and one virtual clock, all from one seed.
struct Simulation {
    enum Event {
        case deliver([UInt8], to: Int)
        case wake(Int, run: Int, number: Int)
        case attach(Int, address: Int, number: Int, isAsked: Bool)
        case thaw(Int, run: Int)
        case check
    }

    static let subnets: Set<CIDR> = [CIDR("192.0.2.0/24")].reduce(into: []) { if let block = $1 { $0.insert(block) } }

    let seed: UInt64
    var settings: MemberSettings
    var random: SeededGenerator
    var now = MonotonicTime.zero
    var queue = EventQueue<Event>()
    var network: SimulatedNetwork
    var nodes: [SimulatedNode]
    /// Addresses are numbered from 0; nil is not desired, else the mask of the nodes that may own it.
    var desired: [UInt16?]
    var wakeNumbers: [Int]
    var invariants: Invariants
    var datagrams = 0
    /// Per mille of the attachments that fail.
    var attachFailures = 0
    /// How late a process may run, in microseconds.
    var lateness = 500
    var trace: Trace?
    /// Services for which whoever allocates has an address to give.
    var services: Set<String> = ["web", "db"]
    /// While it is, nobody hears what is desired.
    var isServerAway = false
    var missedDesires: [Int: UInt16?] = [:]
    /// What was sent lately, for who listens and plays it again.
    var overheard: [[UInt8]] = []

    init(seed: UInt64, nodes count: Int, addresses: Int, election: Election = .spread) {
        self.seed = seed
        settings = MemberSettings(cluster: 7, election: election, retry: .milliseconds(300))
        random = SeededGenerator(seed: seed)
        network = SimulatedNetwork(count: count)
        nodes = (0..<count).map { SimulatedNode(name: NodeName("node-\($0)")) }
        desired = [UInt16?](repeating: .max, count: addresses)
        wakeNumbers = [Int](repeating: 0, count: count)
        invariants = Invariants(addresses: addresses)
        queue.add(.check, at: .zero)
    }

    static func address(_ number: Int) -> IPAddress { IPAddress(ipv4: 0xC000_0200 + UInt32(number)) }
    static func number(of address: IPAddress) -> Int { Int(address.number & 0xFF) }

    /// Runs until `time` after now.
    mutating func run(for time: Duration) {
        let end = now.advanced(by: time)
        while let next = queue.nextTime, next <= end, let (time, event) = queue.next() {
            now = time
            handle(event)
        }
        now = end
    }

    private mutating func handle(_ event: Event) {
        switch event {
        case .deliver(let datagram, let node):
            deliver(datagram, to: node)
        case .wake(let node, let run, let number):
            guard nodes[node].isRunning, nodes[node].run == run, wakeNumbers[node] == number else { return }
            feed(.timePassed, to: node)
        case .attach(let node, let address, let number, let isAsked):
            finishAttachment(of: address, on: node, number: number, isAsked: isAsked)
        case .thaw(let node, let run):
            if nodes[node].run == run { thaw(node) }
        case .check:
            checkInvariants()
            queue.add(.check, at: now.advanced(by: .milliseconds(20)))
        }
    }

    private mutating func deliver(_ datagram: [UInt8], to node: Int) {
        switch nodes[node].process {
        case .dead: return
        case .frozen: if nodes[node].queue.count < 200 { nodes[node].queue.append(datagram) }
        case .running: feed(.received(datagram[...]), to: node)
        }
    }

    mutating func feed(_ event: MemberEvent, to node: Int) {
        guard var member = nodes[node].member else { return }
        nodes[node].member = nil
        let effects = member.handle(event, at: now)
        let wake = member.nextWake
        nodes[node].member = member
        if wake <= now { invariants.fail("\(nodes[node].name) wants to run again at once", at: now) }
        for effect in effects { perform(effect, on: node) }
        followAllocation(node)
        wakeNumbers[node] += 1
        let late = Int.random(in: 0...lateness, using: &random)
        queue.add(
            .wake(node, run: nodes[node].run, number: wakeNumbers[node]),
            at: max(wake, now).advanced(by: .microseconds(late)))
    }

    private mutating func perform(_ effect: MemberEffect, on node: Int) {
        switch effect {
        case .send(let datagram, let recipients): send(datagram, from: node, to: recipients)
        case .claim(let address, let reason): startAttachment(of: Self.number(of: address), on: node, reason: reason)
        case .release(let address, let reason):
            trace?.note(at: now, "\(nodes[node].name) releases \(address): \(reason)")
            nodes[node].attached.remove(Self.number(of: address))
            nodes[node].attaching[Self.number(of: address)] = nil
            checkInvariants()
        case .holdAnswers:
            trace?.note(at: now, "\(nodes[node].name) holds")
            nodes[node].isHolding = true
        case .resumeAnswers:
            trace?.note(at: now, "\(nodes[node].name) resumes")
            noteUnheard(by: node)
            nodes[node].isHolding = false
            checkInvariants()
        case .memberChanged(let name, let reach):
            trace?.note(at: now, "\(nodes[node].name): \(name) is \(reach)")
            if reach.isMember { nodes[node].unheard.remove(name) }
        case .learned, .forgotten, .reassert, .ownerChanged, .incarnationChanged: break
        }
    }

    private mutating func send(_ datagram: [UInt8], from node: Int, to recipients: MemberEffect.Recipients) {
        for other in nodes.indices where other != node {
            if case .one(let name) = recipients, nodes[other].name != name { continue }
            datagrams += 1
            if datagrams % 7 == 0 {
                overheard.append(datagram)
                if overheard.count > 200 { overheard.removeFirst(50) }
            }
            for delay in network.copies(from: node, to: other, using: &random) {
                queue.add(.deliver(datagram, to: other), at: now.advanced(by: .microseconds(delay)))
            }
        }
    }

    // MARK: - Attaching

    private mutating func startAttachment(of address: Int, on node: Int, reason: ClaimReason) {
        trace?.note(at: now, "\(nodes[node].name) claims \(address): \(reason)")
        nodes[node].attachments += 1
        invariants.claimed(address, by: node)
        nodes[node].attaching[address] = nodes[node].attachments
        let isAsked = isUncertain(address, reason, on: node)
        let time = Int.random(in: isAsked ? 30_000...60_000 : 200...10_000, using: &random)
        queue.add(
            .attach(node, address: address, number: nodes[node].attachments, isAsked: isAsked),
            at: now.advanced(by: .microseconds(time)))
    }

    /// Whether the network is asked before the address is taken: the rule of `Custody`, where there are other nodes.
    ///
    /// `Custody` also asks for a minute after it has heard another station have the address; that memory is left out here.
    private func isUncertain(_ address: Int, _ reason: ClaimReason, on node: Int) -> Bool {
        switch reason {
        case .fresh, .takeover(nil): true
        case .takeover(let name?):
            nodes[node].unheard.contains(name)
                || nodes[node].member?.couldOwn(Self.address(address), name) == true
        case .handover, .adoption: false
        }
    }

    /// From now on, what nodes had that are not heard now is asked about before it is taken.
    mutating func noteUnheard(by node: Int) {
        let member = nodes[node].member
        let others = nodes.map(\.name).filter { $0 != nodes[node].name }
        nodes[node].unheard = Set(others.filter { member?.reach(of: $0)?.isMember != true })
    }

    private mutating func finishAttachment(of address: Int, on node: Int, number: Int, isAsked: Bool) {
        guard nodes[node].attaching[address] == number else { return }
        guard nodes[node].isRunning else {
            // A process that is frozen goes on with it afterwards.
            if nodes[node].process == .frozen {
                let event = Event.attach(node, address: address, number: number, isAsked: isAsked)
                queue.add(event, at: now.advanced(by: .milliseconds(10)))
            }
            return
        }
        nodes[node].attaching[address] = nil
        let isDefended = nodes.indices.contains {
            $0 != node && answers($0, address) && network.passes(from: node, to: $0)
                && network.passes(from: $0, to: node)
        }
        let isFailure = Int.random(in: 0..<1_000, using: &random) < attachFailures
        if isFailure || (isAsked && isDefended) {
            trace?.note(at: now, "\(nodes[node].name) fails to attach \(address)")
            nodes[node].attached.remove(address)
            feed(.attachFailed(Self.address(address)), to: node)
        } else {
            trace?.note(at: now, "\(nodes[node].name) has \(address)")
            nodes[node].attached.insert(address)
            feed(.attached(Self.address(address)), to: node)
        }
        checkInvariants()
    }

    func answers(_ node: Int, _ address: Int) -> Bool {
        nodes[node].isRunning && !nodes[node].isHolding && nodes[node].hasCarrier
            && nodes[node].attached.contains(address)
    }

}
