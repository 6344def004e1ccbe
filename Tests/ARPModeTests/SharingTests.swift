import Announcing
import Configuration
import IPAM
import LoadBalancing
import Membership
import NetworkTypes
import Testing

@testable import ARPMode

/// What nodes tell each other besides who lives and who owns what, and settings that change.
@Suite("Custodies that share")
struct SharingTests {
    private let vip = IPAddress.test("192.0.2.10")
    private let web = ServiceKey(namespace: "default", name: "web")

    private func records(_ addresses: IPAddress...) -> [SharedRecord] {
        [SharedRecord(name: "default/web", addresses: addresses)]
    }

    @Test("a node that is alone allocates at once; of several one does, and the others have what it has")
    func allocation() {
        var alone = ModelSegment(names: ["a"], peers: false)
        alone.feed(0) { $0.setRecords([], at: $1) }
        #expect(alone.nodes[0].allocation == SharedAllocation(allocator: .own))

        var segment = ModelSegment(names: ["a", "b", "c"])
        for index in 0..<3 { segment.feed(index) { $0.setRecords([], at: $1) } }
        guard case .unknown(let obstacle)? = segment.nodes[0].allocation?.allocator else {
            Issue.record("\(String(describing: segment.nodes[0].allocation))")
            return
        }
        #expect(obstacle.reason == "AwaitingAllocation")
        segment.want([])
        segment.run(for: .seconds(1))
        let allocators = segment.nodes.indices.filter { segment.nodes[$0].allocation?.allocator == .own }
        #expect(allocators.count == 1)
        let allocator = allocators[0]
        segment.feed(allocator) { $0.setRecords(records(vip), at: $1) }
        segment.run(for: .milliseconds(20))
        for index in 0..<3 where index != allocator {
            let name = segment.nodes[allocator].name
            let expected = SharedAllocation(allocator: .node(name), records: [web: .init([vip])])
            #expect(segment.nodes[index].allocation == expected)
        }
        segment.feed(allocator) { $0.leave(at: $1) }
        segment.run(for: .seconds(1))
        #expect(segment.nodes.indices.count { $0 != allocator && segment.nodes[$0].allocation?.allocator == .own } == 1)
    }

    @Test("without a key nobody allocates, and the reason is told")
    func noKey() {
        let obstacle = Obstacle(reason: "NoMembershipKey", sentence: "write a key")
        var segment = ModelSegment(names: ["a", "b"])
        segment.feed(0) { $0.setMembershipObstacle(obstacle, at: $1) }
        segment.feed(0) { $0.setRecords([], at: $1) }
        #expect(segment.nodes[0].allocation == SharedAllocation(allocator: .unknown(obstacle)))
    }

    @Test("a conflict that one node hears is told by all, and no longer when it has passed")
    func conflict() {
        var segment = ModelSegment(names: ["a", "b"])
        let station = MACAddress(number: 0x0200_0000_00FF)
        segment.foreigners[vip] = station
        segment.want([vip])
        segment.run(for: .milliseconds(450))
        #expect(
            segment.nodes.allSatisfy {
                guard case .conflicted(station, _)? = $0.reports[vip] else { return false }
                return true
            }, "\(segment.nodes.map(\.reports))")
        segment.foreigners[vip] = nil
        segment.run(for: .seconds(12))
        let owners = segment.nodes.indices.filter { segment.nodes[$0].reports[vip] == .inEffect(interface: "eth0") }
        #expect(owners.count == 1)
        #expect(segment.nodes.allSatisfy { $0.custody.sharedConflicts.isEmpty })
    }

    @Test("peers and intervals that change node by node move nothing")
    func membership() {
        var segment = ModelSegment(names: ["a", "b", "c"])
        let vips = (10..<16).map { IPAddress.test("192.0.2.\($0)") }
        segment.want(vips)
        segment.run(for: .seconds(1))
        let before = segment.nodes.map(\.reports)
        for index in 0..<3 {
            var membership = segment.nodes[index].custody.roster.membership
            membership.interval = .milliseconds(200)
            membership.missed = 5
            membership.peers.append(.init(name: NodeName("d"), addresses: [IPAddress.test("192.0.2.9")]))
            segment.feed(index) { $0.setMembership(membership, unixTime: 0, at: $1) }
            segment.run(for: .milliseconds(700))
        }
        segment.run(for: .seconds(3))
        #expect(segment.nodes.map(\.reports) == before)
        #expect(segment.nodes[0].custody.member?.status(at: segment.now).nodes.count == 3)
    }

    @Test("1,000 addresses of a lost owner have their first announcement elsewhere within 100 ms of its detection")
    func thousand() throws {
        var segment = ModelSegment(names: ["a", "b"])
        let vips = (0..<1_000).map { IPAddress(ipv4: 0xC000_0210 &+ UInt32($0 % 200) &+ UInt32($0 / 200) << 16) }
        for index in 0..<2 {
            segment.feed(index) { custody, now in
                var settings = custody.settings
                settings.interfaces = ["eth0"].compactMap { InterfacePattern($0) }
                settings.attach = .none
                return custody.configure(settings, at: now)
            }
        }
        segment.want(vips)
        segment.run(for: .seconds(2))
        let mine = vips.filter { segment.nodes[0].reports[$0] == .inEffect(interface: "eth0") }
        #expect((400...600).contains(mine.count))
        // All of them on one node: what the other had, and what it takes now.
        segment.nodes[0].isRunning = false
        segment.run(for: .milliseconds(150 + 100))
        #expect(vips.allSatisfy { segment.nodes[1].reports[$0] == .inEffect(interface: "eth0") })
    }

    @Test("frames are counted by what they are for")
    func counters() {
        var segment = ModelSegment(names: ["a"], peers: false)
        segment.want([])
        segment.want([vip])
        segment.run(for: .seconds(6))
        let counted = segment.nodes[0].custody.speaker.counters.sent.filter { $0.count > 0 }
        #expect(counted.map { "\($0.protocol) \($0.purpose) \($0.count)" } == ["arp announcement 14", "arp probe 2"])
    }
}
