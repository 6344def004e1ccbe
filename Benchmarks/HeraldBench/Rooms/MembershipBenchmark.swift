import Glibc
import Lab
import Membership
import NetworkTypes
import OpenSSL

/// What heartbeats of 100 nodes cost each of them: members of one segment in this process, on a virtual clock, with the seals
/// that are used in earnest. What the kernel takes for sockets is not in it.
struct MembershipBenchmark {
    private static let count = 100
    private static let addresses = 1_000
    private static let time = Duration.seconds(3)
    /// Ethernet, IPv4 and UDP around each datagram, with preamble and gap.
    private static let envelope = 24 + 14 + 20 + 8

    /// HMAC-SHA256 under one key.
    private struct Seal: HeartbeatSeal {
        let key: AuthenticationKey
        var sealingKey: UInt8 { 1 }

        func tag(of message: ArraySlice<UInt8>, key number: UInt8) -> UInt128? {
            guard number == 1 else { return nil }
            return key.code(of: message)?.prefix(16).reduce(0) { $0 << 8 | UInt128($1) }
        }
    }

    private struct Segment {
        var members: [Member] = []
        let names = (0..<MembershipBenchmark.count).map { NodeName("node-\($0)") }
        var positions: [NodeName: Int] = [:]
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
        var octets = 0
        var datagrams = 0
        private var queue: [(to: Int, bytes: [UInt8])] = []

        init() throws {
            let seal = Seal(key: try AuthenticationKey("a key that is only for this benchmark".utf8))
            let desired = (0..<MembershipBenchmark.addresses).map {
                DesiredAddress(IPAddress(ipv4: 0x0A00_0000 + UInt32($0)))
            }
            let subnets: Set<CIDR> = [CIDR("10.0.0.0/16")].reduce(into: []) { if let block = $1 { $0.insert(block) } }
            for (index, name) in names.enumerated() {
                positions[name] = index
                members.append(
                    Member(
                        name: name, incarnation: 1 << 30 + UInt64(index), settings: MemberSettings(cluster: 0),
                        seal: seal, eligibility: Eligibility(subnets: subnets), at: now))
            }
            for index in members.indices {
                feed(.roster(names), to: index)
                feed(.desired(desired, removed: []), to: index)
            }
        }

        mutating func run(for time: Duration) {
            let end = now.advanced(by: time)
            while now < end {
                now = now.advanced(by: .microseconds(500))
                for index in members.indices where members[index].nextWake <= now { feed(.timePassed, to: index) }
                deliver()
            }
        }

        private mutating func feed(_ event: MemberEvent, to index: Int) {
            for effect in members[index].handle(event, at: now) {
                switch effect {
                case .send(let bytes, .everyone):
                    for other in members.indices where other != index { queue.append((other, bytes)) }
                case .send(let bytes, .one(let name)):
                    if let other = positions[name] { queue.append((other, bytes)) }
                case .claim(let address, _): feed(.attached(address), to: index)
                default: break
                }
            }
        }

        private mutating func deliver() {
            var next = 0
            while next < queue.count {
                let (index, bytes) = queue[next]
                next += 1
                octets += bytes.count + MembershipBenchmark.envelope
                datagrams += 1
                feed(.received(bytes[...]), to: index)
            }
            queue = []
        }
    }

    func figures() throws -> [Figure] {
        var segment = try Segment()
        segment.run(for: .seconds(2))
        (segment.octets, segment.datagrams) = (0, 0)
        let before = Self.processorTime()
        segment.run(for: Self.time)
        let used = Self.processorTime() - before
        let seconds = Double(Self.time.components.seconds) * Double(Self.count)
        let owned = segment.members.reduce(0) { $0 + $1.status(at: segment.now).claims.count }
        return [
            Figure("100 members: sent by each", "kbit/s", [Double(segment.octets) * 8 / 1_000 / seconds]),
            Figure("100 members: datagrams sent by each", "1/s", [Double(segment.datagrams) / seconds]),
            Figure("100 members: processor of each, without its kernel's", "% of a core", [used / seconds * 100]),
            Figure("100 members: addresses with an owner, of 1,000", "", [Double(owned)]),
        ]
    }

    /// Seconds that this process has computed.
    private static func processorTime() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
