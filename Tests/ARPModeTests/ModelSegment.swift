import AddressResolution
import Announcing
import Configuration
import HashTreeCollections
import LoadBalancing
import Membership
import Netlink
import NetworkTypes

@testable import ARPMode

/// A switch that delivers everything at once, and the nodes on it.
struct ModelSegment {
    struct Participant {
        /// Links whose sockets are open.
        var wires: Set<LinkIndex> = []
        let name: NodeName
        let station: MACAddress
        var host: Host
        var custody: Custody
        var reports: [IPAddress: AnnouncementEffect.State] = [:]
        var isRunning = true
        var allocation: SharedAllocation?
    }

    /// Seals with a sum, which is enough among friends.
    struct Seal: HeartbeatSeal {
        var sealingKey: UInt8 { 1 }
        func tag(of message: ArraySlice<UInt8>, key: UInt8) -> UInt128? {
            key == 1 ? message.reduce(7) { ($0 &* 31) &+ UInt128($1) } : nil
        }
    }

    var nodes: [Participant] = []
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    /// Addresses that nodes have asked about.
    var probes: [IPAddress] = []
    /// Whether heartbeats arrive.
    var carriesHeartbeats = true
    /// Nodes that no heartbeat reaches, though others hear theirs.
    var unreached: Set<Int> = []
    /// Hosts that answer for addresses of their own.
    var foreigners: [IPAddress: MACAddress] = [:]
    private var frames: [(from: Int?, bytes: [UInt8])] = []
    private var datagrams: [(to: Int, bytes: [UInt8])] = []

    init(names: [String], peers hasPeers: Bool = true) {
        var membership = MembershipSettings()
        if hasPeers {
            membership.peers = names.enumerated().map { index, name in
                .init(name: NodeName(name), addresses: [IPAddress(ipv4: 0xC000_0201 + UInt32(index))])
            }
        }
        for (index, name) in names.enumerated() {
            let station = MACAddress(number: 0x0200_0000_0001 + UInt64(index))
            var host = Host()
            host.put("eth0", Host.eth0.number, "192.0.2.\(index + 1)/24")
            host.edit(Host.eth0) { $0.macAddress = station }
            nodes.append(
                Participant(
                    name: NodeName(name), station: station, host: host,
                    custody: Custody(
                        node: NodeName(name), settings: ARPSettings(), membership: membership, seal: Seal(),
                        incarnation: 1_000 + UInt64(index))))
        }
        for index in nodes.indices {
            let state = nodes[index].host.state
            feed(index) { $0.setNetwork(state, at: $1) }
            if !hasPeers { feed(index) { $0.setNodes([:], unixTime: 0, at: $1) } }
        }
    }

    mutating func want(_ addresses: [IPAddress]) {
        let set = AnnouncementSet(addresses.map { Announcement(address: $0, pool: nil) })
        for index in nodes.indices { feed(index) { $0.want(set, at: $1) } }
    }

    mutating func expect(_ addresses: [IPAddress], on index: Int) {
        feed(index) { custody, now in custody.tell(at: now) { $0.expect(addresses, at: now) } }
    }

    mutating func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        while now < end {
            now = min(end, now.advanced(by: .milliseconds(1)))
            for index in nodes.indices where nodes[index].custody.nextWake.map({ $0 <= now }) == true {
                feed(index) { $0.advance(to: $1) }
            }
        }
    }

    mutating func feed(_ index: Int, _ input: (inout Custody, MonotonicTime) -> [Custody.Effect]) {
        guard nodes[index].isRunning else { return }
        perform(input(&nodes[index].custody, now), of: index)
        deliver()
    }

    private mutating func perform(_ effects: [Custody.Effect], of index: Int) {
        // What follows from an attachment is done in its midst here, and a sweep among the effects does not know of it.
        for case .wire(.sweep(let kept)) in effects {
            let held = nodes[index].host.addresses
            nodes[index].host.addresses = held.filter { !$0.value.isOurs || kept.contains($0.key) }
        }
        for effect in effects {
            switch effect {
            case .wire(let effect): perform(effect, of: index)
            case .send(let bytes, .everyone):
                for other in nodes.indices where other != index { datagrams.append((other, bytes)) }
            case .send(let bytes, .one(let name)):
                if let other = nodes.firstIndex(where: { $0.name == name }) { datagrams.append((other, bytes)) }
            case .report(let address, let state): nodes[index].reports[address] = state
            case .allocation(let allocation): nodes[index].allocation = allocation
            case .learned, .forgotten, .note: break
            }
        }
    }

    private mutating func perform(_ effect: Speaker.Effect, of index: Int) {
        switch effect {
        case .open(let link):
            nodes[index].wires.insert(link)
            nodes[index].custody.speaker.opened(link, settings: nil)
        case .close(let link): nodes[index].wires.remove(link)
        case .attach(let key, let ticket):
            nodes[index].host.put(key, isOurs: true)
            let now = now
            perform(
                nodes[index].custody.tell(at: now) { $0.attached(key, ticket: ticket, failure: nil, at: now) },
                of: index)
        case .detach(let key): nodes[index].host.addresses[key] = nil
        case .send(let bytes, _): frames.append((index, bytes))
        case .join, .leave, .sweep, .report, .memberClaim, .defended: break
        }
    }

    private mutating func deliver() {
        while !frames.isEmpty || !datagrams.isEmpty {
            if !datagrams.isEmpty {
                let (index, bytes) = datagrams.removeFirst()
                guard nodes[index].isRunning, carriesHeartbeats, !unreached.contains(index) else { continue }
                perform(nodes[index].custody.received(datagram: bytes[...], at: now), of: index)
            } else {
                let frame = frames.removeFirst()
                spread(frame.bytes, from: frame.from)
            }
        }
    }

    private mutating func spread(_ bytes: [UInt8], from sender: Int?) {
        guard let frame = try? ResolutionFrame(decoding: bytes[...]) else { return }
        let claim = frame.claim(at: now)
        if claim.kind == .probe {
            if sender != nil { probes.append(claim.address) }
            if let station = foreigners[claim.address] {
                let answers = Station(hardwareAddress: station).announcementFrames(for: claim.address)
                frames += answers.prefix(1).map { (nil, $0) }
            }
            answerAsKernel(claim.address, to: sender)
        }
        for index in nodes.indices where index != sender && nodes[index].isRunning {
            perform(nodes[index].custody.received([bytes], on: Host.eth0, at: now), of: index)
        }
    }

    /// The kernel of a node that holds the address answers, whether or not the node's herald runs.
    private mutating func answerAsKernel(_ address: IPAddress, to asker: Int?) {
        for node in nodes.indices where node != asker {
            let key = AddressKey(link: Host.eth0, address: address)
            guard nodes[node].host.addresses[key]?.isOurs == true else { continue }
            let answer = Station(hardwareAddress: nodes[node].station).announcementFrames(for: address)
            frames += answer.prefix(1).map { (node, $0) }
        }
    }
}
