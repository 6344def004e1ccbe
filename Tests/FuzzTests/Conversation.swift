import NetworkTypes

@testable import Membership

/// Takes every heartbeat that ends in zeros for one of a member.
struct OpenSeal: HeartbeatSeal {
    /// Octets of a tag.
    static let length = 16

    var sealingKey: UInt8 { 1 }
    func tag(of message: ArraySlice<UInt8>, key: UInt8) -> UInt128? { 0 }
}

/// Three nodes that talk with each other, on a clock of their own, and what the first of them is told.
///
/// They meet, take addresses and choose who allocates; their states and records need several datagrams; two of them lose
/// each other and hear of each other by the third; one starts again, one starts again with a clock that has gone back,
/// and one leaves.
struct Conversation {
    /// A datagram is about to come in.
    struct Moment: Sendable {
        /// The first node, as it is then.
        let member: Member
        let time: MonotonicTime
        /// With its seal.
        let datagram: [UInt8]
    }

    /// What one scene has many of.
    private struct Kind: Hashable {
        let sender: Int
        /// Which of its fields a heartbeat has.
        let contents: [UInt8]
    }

    private static let names = ["a", "b", "c"].map { NodeName($0) }
    private static let subnets = Set(["192.0.2.0/24", "2001:db8::/32"].compactMap { CIDR($0) })
    private static let addresses: [IPAddress] =
        BoundarySeeds.addresses + (2...40).map { IPAddress(ipv4: 0xC000_0200 + $0) }
    /// Moments of one kind and scene that are kept.
    private static let ofOneKind = 2
    /// So many have a number of one octet.
    private static let mostMoments = 256

    private(set) var moments: [Moment] = []
    private var members: [Member]
    private var now = MonotonicTime.zero
    /// On its way; it arrives a millisecond later.
    private var sent: [(datagram: [UInt8], from: Int, to: Int)] = []
    /// Two nodes that do not hear each other, or none.
    private var apart: Set<Int> = []
    private var seen: [Kind: Int] = [:]

    init() {
        members = Self.names.indices.map { Self.member($0, incarnation: 1 << 40, at: .zero) }
        for node in members.indices { greet(node) }
        live()
    }

    // MARK: - What happens

    private mutating func live() {
        run(for: 500)
        for node in [1, 2] { feed(.conflicts(Self.conflicts(64)), to: node) }
        run(for: 100)
        // The first hears of the last by the second alone.
        apart = [0, 2]
        run(for: 300)
        feed(.conflicts(Self.conflicts(60)), to: 2)
        feed(.draining(true), to: 2)
        run(for: 600)
        feed(.draining(false), to: 2)
        run(for: 150)
        // The others hear of each other by the first alone.
        apart = [1, 2]
        run(for: 300)
        feed(.conflicts([]), to: 2)
        run(for: 200)
        apart = []
        restart(1, incarnation: 1 << 41)
        run(for: 400)
        for node in members.indices { feed(.records(Self.records(of: node, count: 50)), to: node) }
        run(for: 200)
        restart(0, incarnation: 1)
        run(for: 400)
        feed(.leave, to: 2)
        run(for: 100)
    }

    private mutating func restart(_ node: Int, incarnation: UInt64) {
        members[node] = Self.member(node, incarnation: incarnation, at: now)
        greet(node)
    }

    private mutating func greet(_ node: Int) {
        feed(.desired(Self.addresses.map { DesiredAddress($0) }, removed: []), to: node)
        feed(.roster(Self.names), to: node)
        feed(.records(Self.records(of: node, count: 60)), to: node)
    }

    // MARK: - Who and what there is

    private static func member(_ node: Int, incarnation: UInt64, at now: MonotonicTime) -> Member {
        let station = MACAddress(number: 0x0200_0000_0000 + UInt64(node))
        return Member(
            name: names[node], incarnation: incarnation, settings: MemberSettings(cluster: 0), seal: OpenSeal(),
            eligibility: Eligibility(subnets: subnets, stations: [station]),
            adopted: node == 0 ? Set(addresses.prefix(2)) : [], at: now)
    }

    private static func conflicts(_ count: Int) -> [AddressConflict] {
        let block: UInt128 = 0x2001_0DB8 << 96
        return (0..<count).map { number in
            AddressConflict(
                address: IPAddress(ipv6: block + UInt128(number)),
                station: MACAddress(number: 0x0200_0000_0100 + UInt64(number)))
        }
    }

    private static func records(of node: Int, count: Int) -> [SharedRecord] {
        (0..<count).map { number in
            let address = IPAddress(ipv4: 0xC633_6400 + UInt32(number + node))
            return number % 7 == 0
                ? SharedRecord(name: "web/service-\(number)", addresses: [], reason: ("PoolFull", "nothing is free"))
                : SharedRecord(name: "web/service-\(number)", addresses: [address])
        }
    }

    // MARK: - How it happens

    /// A scene: what it has many of is kept a few times.
    private mutating func run(for milliseconds: Int) {
        seen = [:]
        for _ in 0..<milliseconds {
            now = now.advanced(by: .milliseconds(1))
            deliver()
            for node in members.indices where members[node].nextWake <= now { feed(.timePassed, to: node) }
        }
    }

    private mutating func deliver() {
        let arriving = sent
        sent = []
        for (datagram, from, to) in arriving where Set([from, to]) != apart {
            if to == 0 { note(datagram, from: from) }
            feed(.received(datagram[...]), to: to)
        }
    }

    private mutating func note(_ datagram: [UInt8], from sender: Int) {
        // Behind magic, version, key and cluster.
        let kind = Kind(sender: sender, contents: Array(datagram.dropFirst(8).prefix(2)))
        let count = seen[kind, default: 0]
        guard count < Self.ofOneKind, moments.count < Self.mostMoments else { return }
        seen[kind] = count + 1
        moments.append(Moment(member: members[0], time: now, datagram: datagram))
    }

    private mutating func feed(_ event: MemberEvent, to node: Int) {
        var claimed: [IPAddress] = []
        for effect in members[node].handle(event, at: now) {
            switch effect {
            case .send(let datagram, to: .everyone):
                for other in members.indices where other != node { sent.append((datagram, node, other)) }
            case .send(let datagram, to: .one(let name)):
                if let other = Self.names.firstIndex(of: name) { sent.append((datagram, node, other)) }
            case .claim(let address, _): claimed.append(address)
            default: break
            }
        }
        for address in claimed { feed(.attached(address), to: node) }
    }
}
