import AddressResolution
import Configuration
import HashTreeCollections
import LoadBalancing
import Membership
import Netlink
import NetworkTypes
import Testing

@testable import ARPMode

/// Several custodies on one switch that loses nothing, with kernels that do at once what they are asked.
@Suite("Custody")
struct CustodyTests {
    private let vip = IPAddress.test("192.0.2.10")
    private let vips = (10..<16).map { IPAddress.test("192.0.2.\($0)") }

    private func inEffect(_ segment: ModelSegment, _ address: IPAddress) -> [Int] {
        segment.nodes.indices.filter {
            segment.nodes[$0].isRunning && segment.nodes[$0].reports[address] == .inEffect(interface: "eth0")
        }
    }

    @Test("a node that is alone announces what it finds recorded without a probe, and probes what comes later")
    func alone() {
        var segment = ModelSegment(names: ["a"], peers: false)
        segment.want([vip])
        segment.run(for: .milliseconds(1))
        #expect(inEffect(segment, vip) == [0])
        #expect(segment.probes.isEmpty)
        segment.want([vip, vips[1]])
        segment.run(for: .milliseconds(30))
        #expect(inEffect(segment, vips[1]) == [])
        segment.run(for: .milliseconds(20))
        #expect(inEffect(segment, vips[1]) == [0])
        #expect(segment.probes == [vips[1], vips[1]])
    }

    @Test("of what an earlier process left, what is not wanted goes at once, and the rest stays without a gap")
    func leftovers() {
        var segment = ModelSegment(names: ["a", "b"])
        let unwanted = AddressKey(link: Host.eth0, address: vips[0])
        let wanted = AddressKey(link: Host.eth0, address: vips[1])
        let stray = AddressKey(link: Host.eth0, address: vips[1], prefixLength: 24)
        for key in [unwanted, wanted, stray] { segment.nodes[0].host.put(key, isOurs: true) }
        let state = segment.nodes[0].host.state
        segment.feed(0) { $0.setNetwork(state, at: $1) }
        segment.nodes[1].isRunning = false
        segment.want([vips[1]])
        #expect(segment.nodes[0].host.addresses[unwanted] == nil)
        #expect(inEffect(segment, vips[1]) == [])
        for _ in 0..<600 {
            #expect(segment.nodes[0].host.addresses[wanted] != nil)
            segment.run(for: .milliseconds(1))
        }
        #expect(inEffect(segment, vips[1]) == [0])
        #expect(segment.nodes[0].host.addresses.values.filter(\.isOurs).map(\.key) == [wanted])
    }

    @Test("an address is told to be another node's once that one answers, not while it only asks the network")
    func claimedIsNotOwned() {
        var segment = ModelSegment(names: ["a", "b"])
        segment.run(for: .milliseconds(400))
        segment.want([vip])
        for _ in 0..<60 {
            segment.run(for: .milliseconds(1))
            let owner = inEffect(segment, vip).first
            for node in segment.nodes.indices where node != owner {
                guard case .owned? = segment.nodes[node].reports[vip] else { continue }
                #expect(owner != nil, "told before any node announces it")
            }
        }
        #expect(inEffect(segment, vip).count == 1)
        let other = inEffect(segment, vip) == [0] ? 1 : 0
        #expect(segment.nodes[other].reports[vip] == .owned(by: segment.nodes[1 - other].name))
    }

    @Test("what was asked about ahead is announced at once when it is wanted")
    func ahead() {
        var segment = ModelSegment(names: ["a"], peers: false)
        segment.want([])
        segment.expect([vip], on: 0)
        segment.run(for: .milliseconds(60))
        #expect(segment.probes == [vip, vip])
        segment.want([vip])
        segment.run(for: .milliseconds(1))
        #expect(inEffect(segment, vip) == [0])
        #expect(segment.probes.count == 2)
    }

    @Test("what was asked about ahead is asked about anew for the next claim: another may have had it meanwhile")
    func aheadOnce() {
        var segment = ModelSegment(names: ["a"], peers: false)
        segment.want([])
        segment.expect([vip], on: 0)
        segment.run(for: .milliseconds(60))
        segment.want([vip])
        segment.run(for: .milliseconds(10))
        segment.want([])
        segment.run(for: .milliseconds(10))
        segment.want([vip])
        segment.run(for: .milliseconds(10))
        #expect(inEffect(segment, vip) == [])
        segment.run(for: .milliseconds(60))
        #expect(inEffect(segment, vip) == [0])
        #expect(segment.probes.count == 4)
    }

    @Test("each address has one owner among three nodes, and the others tell whose it is")
    func sharing() throws {
        var segment = ModelSegment(names: ["a", "b", "c"])
        segment.want(vips)
        segment.run(for: .seconds(1))
        for address in vips {
            let owner = try #require(inEffect(segment, address).first)
            for node in segment.nodes.indices where node != owner {
                #expect(segment.nodes[node].reports[address] == .owned(by: segment.nodes[owner].name))
            }
        }
        #expect(Set(vips.compactMap { inEffect(segment, $0).first }).count == 3)
    }

    @Test("a lost owner's addresses are announced elsewhere within the detection time, without a probe")
    func takeover() throws {
        var segment = ModelSegment(names: ["a", "b", "c"])
        segment.want(vips)
        segment.run(for: .seconds(1))
        let owner = try #require(inEffect(segment, vip).first)
        let mine = vips.filter { inEffect(segment, $0) == [owner] }
        segment.probes = []
        segment.nodes[owner].isRunning = false
        segment.run(for: .milliseconds(160))
        for address in mine { #expect(inEffect(segment, address).count == 1) }
        #expect(segment.probes.isEmpty)
    }

    @Test("a node that leaves lets go only when others have taken over")
    func leaving() throws {
        var segment = ModelSegment(names: ["a", "b", "c"])
        segment.want(vips)
        segment.run(for: .seconds(1))
        let owner = try #require(inEffect(segment, vip).first)
        segment.feed(owner) { $0.beginEnd(at: $1) }
        for _ in 0..<40 {
            segment.run(for: .milliseconds(1))
            for address in vips { #expect(!inEffect(segment, address).isEmpty) }
        }
        #expect(segment.nodes[owner].custody.isHandedOver)
        for address in vips { #expect(!inEffect(segment, address).contains(owner)) }
    }

    @Test("whatever follows from sockets that cannot be opened, those of each interface in use are open in the end")
    func unopened() {
        for step in 0..<5 {
            var segment = ModelSegment(names: ["a", "b", "c"])
            segment.run(for: .milliseconds(400))
            segment.want(vips)
            segment.run(for: .milliseconds(10 + step * 100))
            for index in segment.nodes.indices { segment.expect([.test("192.0.2.99")], on: index) }
            for index in segment.nodes.indices {
                let obstacle = Obstacle(reason: "InterfaceNotOpened", sentence: "no descriptors are left")
                segment.nodes[index].wires = []
                segment.feed(index) { custody, now in
                    custody.tell(at: now) { $0.unopened(Host.eth0, because: obstacle, at: now) }
                }
                #expect(segment.nodes[index].wires == Set(segment.nodes[index].custody.speaker.segments.keys))
            }
            segment.run(for: .seconds(8))
            for index in segment.nodes.indices {
                #expect(segment.nodes[index].wires == Set(segment.nodes[index].custody.speaker.segments.keys))
            }
        }
    }

    /// Two nodes that do not hear each other's heartbeats any more: one of them has the address, for the later claim has
    /// prevailed on the wire.
    private func silenced() -> ModelSegment {
        var segment = ModelSegment(names: ["a", "b"])
        segment.want([vip])
        segment.run(for: .seconds(1))
        segment.carriesHeartbeats = false
        segment.run(for: .seconds(2))
        return segment
    }

    @Test("a node that was found to have an address while it was not heard may hand it over once it is")
    func handoverAfterSilence() throws {
        var segment = silenced()
        let owner = try #require(inEffect(segment, vip).first)
        #expect(segment.nodes[1 - owner].custody.rivals[vip]?.node == segment.nodes[owner].name)
        segment.carriesHeartbeats = true
        segment.run(for: .seconds(10))
        #expect(inEffect(segment, vip) == [owner])
        segment.feed(owner) { $0.beginEnd(at: $1) }
        for _ in 0..<60 {
            segment.run(for: .milliseconds(1))
            #expect(!inEffect(segment, vip).isEmpty)
        }
        #expect(inEffect(segment, vip) == [1 - owner])
        #expect(segment.nodes[owner].custody.isHandedOver)
    }

    @Test("nor is it told to have it for long when it is gone, heard again or not", arguments: [true, false])
    func lossAfterSilence(isHeard: Bool) throws {
        var segment = silenced()
        let owner = try #require(inEffect(segment, vip).first)
        let other = 1 - owner
        segment.carriesHeartbeats = isHeard
        segment.run(for: .seconds(2))
        #expect(segment.nodes[other].custody.rivals[vip]?.node == (isHeard ? nil : segment.nodes[owner].name))
        segment.nodes[owner].isRunning = false
        let facts = segment.nodes.map { NodeFacts(name: $0.name, labels: [NodeFacts.excludeLabel: ""]) }
        let nodes = Dictionary(uniqueKeysWithValues: facts.map { ($0.name, $0) })
        segment.feed(other) { $0.setNodes(nodes, unixTime: 0, at: $1) }
        segment.run(for: isHeard ? .seconds(1) : Custody.rivalMemory)
        guard case .blocked(let obstacle)? = segment.nodes[other].reports[vip] else {
            Issue.record("\(String(describing: segment.nodes[other].reports[vip]))")
            return
        }
        #expect(obstacle.reason == "NoEligibleNode")
    }

    @Test("of two nodes of which one alone hears the other, one has each address: who claimed it later")
    func oneWay() throws {
        var segment = ModelSegment(names: ["a", "b"])
        segment.want(vips)
        segment.run(for: .seconds(1))
        let before = try vips.map { try #require(inEffect(segment, $0).first) }
        #expect(Set(before) == [0, 1])
        segment.unreached = [1]
        segment.run(for: .seconds(3))
        for (address, owner) in zip(vips, before) { #expect(inEffect(segment, address) == [1 - owner]) }
        segment.run(for: .seconds(20))
        for address in vips { #expect(inEffect(segment, address).count == 1) }
    }

    @Test("without a key nothing is announced beside other nodes, and the sentence says why")
    func noKey() {
        let obstacle = Obstacle(reason: "NoMembershipKey", sentence: "write a key")
        var segment = ModelSegment(names: ["a", "b"])
        segment.feed(0) { $0.setMembershipObstacle(obstacle, at: $1) }
        segment.want([vip])
        segment.run(for: .seconds(1))
        #expect(segment.nodes[0].reports[vip] == .blocked(obstacle))
        #expect(inEffect(segment, vip) == [1])
        segment.feed(0) { $0.setMembershipObstacle(nil, at: $1) }
        segment.run(for: .seconds(1))
        #expect(segment.nodes[0].reports[vip] == .owned(by: NodeName("b")))
    }

    @Test("the only node of a cluster that is excluded says so")
    func excluded() throws {
        var segment = ModelSegment(names: ["a"], peers: false)
        let facts = NodeFacts(name: NodeName("a"), labels: [NodeFacts.excludeLabel: ""])
        segment.feed(0) { $0.setNodes([facts.name: facts], unixTime: 0, at: $1) }
        segment.want([vip])
        segment.run(for: .seconds(1))
        guard case .blocked(let obstacle)? = segment.nodes[0].reports[vip] else {
            Issue.record("\(String(describing: segment.nodes[0].reports[vip]))")
            return
        }
        #expect(obstacle.sentence.contains("the only node of the cluster, a, carries the label"))
        segment.feed(0) { $0.setNodes([facts.name: NodeFacts(name: facts.name)], unixTime: 0, at: $1) }
        segment.run(for: .milliseconds(60))
        #expect(inEffect(segment, vip) == [0])
    }

    @Test("a foreign host's address is not taken, and a new claim of it is probed again")
    func foreign() {
        var segment = ModelSegment(names: ["a", "b"])
        segment.foreigners[vip] = MACAddress(number: 0x0200_0000_00FF)
        segment.want([vip])
        segment.run(for: .seconds(3))
        #expect(inEffect(segment, vip) == [])
        let conflict = AnnouncementEffect.State.conflicted(
            by: MACAddress(number: 0x0200_0000_00FF), interface: "eth0")
        #expect(segment.nodes.allSatisfy { $0.reports[vip] == conflict })
        segment.foreigners[vip] = nil
        segment.run(for: .seconds(12))
        #expect(inEffect(segment, vip).count == 1)
    }

    /// Two nodes of which the second has an address in its kernel, and does not run.
    private func withSilentHolder() -> ModelSegment {
        var segment = ModelSegment(names: ["a", "b"])
        segment.want([])
        segment.nodes[1].isRunning = false
        segment.nodes[1].host.put(AddressKey(link: Host.eth0, address: vip), isOurs: true)
        segment.expect([vip], on: 0)
        return segment
    }

    @Test("the kernel of a node that was not heard yet is no foreign host")
    func silentHolder() {
        var segment = withSilentHolder()
        segment.run(for: .seconds(5))
        #expect(segment.probes.contains(vip))
        #expect(segment.nodes[0].reports[vip] == nil)
        segment.nodes[1].isRunning = true
        segment.run(for: .seconds(10))
        #expect(segment.nodes[0].reports[vip] == nil)
    }

    @Test("nor when the address is wanted here: it is never told, and one has it in the end")
    func silentHolderOfWanted() {
        var segment = withSilentHolder()
        segment.want([vip])
        let station = segment.nodes[1].station
        for step in 0..<200 {
            if step == 100 { segment.nodes[1].isRunning = true }
            segment.run(for: .milliseconds(50))
            #expect(segment.nodes[0].reports[vip] != .conflicted(by: station, interface: "eth0"))
        }
        #expect(segment.probes.contains(vip))
        segment.want([vip])
        segment.run(for: .seconds(8))
        #expect(inEffect(segment, vip).count == 1)
    }

    @Test("a node that is not heard for long is taken for a foreign host, until it is heard")
    func longSilentHolder() {
        var segment = withSilentHolder()
        segment.run(for: .seconds(9))
        let conflict = AnnouncementEffect.State.conflicted(by: segment.nodes[1].station, interface: "eth0")
        #expect(segment.nodes[0].reports[vip] == conflict)
        segment.nodes[1].isRunning = true
        segment.run(for: .seconds(1))
        #expect(segment.nodes[0].reports[vip] == .conflictOver)
    }

    @Test("where every node is known, a foreign host is told of at once")
    func foreignAtOnce() {
        var segment = ModelSegment(names: ["a", "b"])
        let station = MACAddress(number: 0x0200_0000_00FF)
        segment.foreigners[vip] = station
        segment.want([])
        segment.run(for: .milliseconds(500))
        segment.expect([vip], on: 0)
        segment.run(for: .milliseconds(100))
        #expect(segment.nodes[0].reports[vip] == .conflicted(by: station, interface: "eth0"))
    }
}
