import BGP
import Configuration
import IPAM
import LoadBalancing
import NetworkTypes
import PacketLoop
import Testing

@testable import BGPMode
@testable import Netlink

@Suite("PeerPlan")
struct PeerPlanTests {
    private let router = IPAddress(ipv4: 0x0A00_0101)

    private var host: HostAddresses {
        var state = NetworkState()
        let index = LinkIndex(2)
        state.apply(.link(Link(index: index, name: "eth0", flags: [.up, .running, .lowerUp])))
        return HostAddresses(state)
    }

    private func settings(_ change: (inout BGPSettings) -> Void = { _ in }) -> BGPSettings {
        var settings = BGPSettings()
        settings.asn = ASN(64512)
        settings.routerID = RouterID(1)
        settings.peers = [BGPPeerSettings(name: "tor", address: router, asn: ASN(64500))]
        change(&settings)
        return settings
    }

    private func plan(
        _ settings: BGPSettings, node: NodeFacts? = nil, keys: [String: Result<TCPMD5Key, Obstacle>] = [:]
    ) -> PeerPlan {
        PeerPlan(settings: settings, pools: ["edge", "lab"], node: node, host: host, keys: keys)
    }

    @Test("an external peer on the link gets TTL 1; multihop, GTSM and internal ones get theirs")
    func hopLimits() throws {
        func limit(_ change: (inout BGPPeerSettings) -> Void) throws -> (UInt8, UInt8?) {
            let spec = try #require(plan(settings { change(&$0.peers[0]) }).specs.first)
            return (spec.transport.hopLimit, spec.transport.minimumHopLimit)
        }
        #expect(try limit { _ in } == (1, nil))
        #expect(try limit { $0.multihop = 4 } == (4, nil))
        #expect(try limit { $0.ttlSecurity = true } == (255, 255))
        #expect(try limit { $0.asn = ASN(64512) } == (64, nil))
    }

    @Test("a family's listener may be deaf to what has passed a router when all its peers send with TTL 255")
    func nearbyFamilies() {
        let far = IPAddress(ipv4: 0x0A00_0102)
        let settings = settings {
            $0.listen = true
            $0.peers[0].ttlSecurity = true
            $0.peers.append(BGPPeerSettings(name: "six", address: IPAddress("fd00::1"), asn: ASN(64500)))
        }
        #expect(plan(settings).nearbyFamilies == [.ipv4])
        var both = settings
        both.peers.append(BGPPeerSettings(name: "far", address: far, asn: ASN(64500)))
        #expect(plan(both).nearbyFamilies == [])
        both.peers[2].connect = .active
        #expect(plan(both).nearbyFamilies == [.ipv4])
        both.peers[0].connect = .active
        #expect(plan(both).nearbyFamilies == [])
    }

    @Test("a peer is spoken with from the address of an interface, or not at all while that has none")
    func sourceInterface() throws {
        let settings = settings { $0.peers[0].sourceInterface = "eth0" }
        let idle = try #require(plan(settings).idle.first)
        #expect(idle.obstacle.reason == "NoSourceAddress")
        #expect(idle.obstacle.sentence.hasPrefix("this node has no IPv4 address on eth0 to speak from"))
        var state = NetworkState()
        state.apply(.link(Link(index: LinkIndex(2), name: "eth0", flags: [.up, .running, .lowerUp])))
        let own = IPAddress(ipv4: 0x0A00_0105)
        state.apply(
            .address(
                InterfaceAddress(
                    key: AddressKey(link: LinkIndex(2), address: own, prefixLength: 24), label: nil, scope: .universe,
                    flags: [], lifetime: .forever, provenance: nil, routePriority: nil)))
        var watched = settings
        watched.peers[0].bfd = .on
        let spec = try #require(
            PeerPlan(settings: watched, pools: [], node: nil, host: HostAddresses(state), keys: [:]).specs.first)
        #expect(spec.transport.source == own && spec.detection?.source == own)
    }

    @Test("all families of a peer are required only where that is asked for")
    func requiredFamilies() throws {
        #expect(try #require(plan(settings()).specs.first).session.requiredFamilies == [])
        let strict = plan(settings { $0.peers[0].requireFamilies = true })
        #expect(try #require(strict.specs.first).session.requiredFamilies == [.ipv4, .ipv6])
    }

    @Test("peers are chosen by the node's labels")
    func selectors() {
        let settings = settings { $0.peers[0].nodes.selector = LabelSelector(matchLabels: ["rack": "a"]) }
        #expect(plan(settings, node: NodeFacts(name: "n", labels: ["rack": "a"])).specs.count == 1)
        let other = plan(settings, node: NodeFacts(name: "n", labels: ["rack": "b"]))
        #expect(other.specs.isEmpty)
        #expect(other.obstacle?.reason == "NoPeer")
    }

    @Test("a node brings its own AS number, identifier and peers")
    func annotations() {
        var node = NodeFacts(name: "n", labels: ["herald-lb.io/bgp-asn": "64700"])
        node.annotations = [
            "herald-lb.io/bgp-router-id": "192.0.2.9", "herald-lb.io/bgp-peers": "10.0.1.7@64501, fd00::7@64502",
        ]
        let plan = plan(settings { $0.asn = nil }, node: node)
        #expect(plan.specs.map(\.name) == ["tor", "node-10.0.1.7", "node-fd00::7"])
        #expect(plan.specs.allSatisfy { $0.session.localASN == ASN(64700) })
        #expect(plan.specs.first?.session.identifier.description == "192.0.2.9")
        node.annotations["herald-lb.io/bgp-peers"] = "nonsense"
        #expect(self.plan(settings(), node: node).obstacle?.reason == "BadNodeAnnotation")
    }

    @Test("a node's peer that the configuration has too is that one, and none may be named twice")
    func repeatedPeers() {
        var node = NodeFacts(name: "n")
        node.annotations = ["herald-lb.io/bgp-peers": "10.0.1.1@64501, 10.0.1.7@64501"]
        #expect(plan(settings(), node: node).specs.map(\.name) == ["tor", "node-10.0.1.7"])
        node.annotations["herald-lb.io/bgp-peers"] = "10.0.1.7@64501,10.0.1.7@64502"
        let obstacle = plan(settings(), node: node).obstacle
        #expect(obstacle?.reason == "BadNodeAnnotation")
        #expect(obstacle?.sentence.hasSuffix("write 10.0.1.7 once") == true)
    }

    @Test("of two peers that are one router only the first is spoken with, unless they are meant for different nodes")
    func sameRouter() throws {
        let router = try #require(IPAddress("fe80::1"))
        func plan(_ change: (inout BGPSettings) -> Void = { _ in }) -> PeerPlan {
            let both = settings {
                $0.peers = [BGPPeerSettings(name: "t", asn: ASN(64500)), BGPPeerSettings(name: "u", asn: ASN(64500))]
                $0.peers[0].interface = "eth0"
                $0.peers[1].interface = "eth0"
                change(&$0)
            }
            return PeerPlan(
                settings: both, pools: [], node: NodeFacts(name: "n", labels: ["rack": "a"]), host: host, keys: [:],
                neighbours: ["eth0": router])
        }
        #expect(plan().specs.map(\.name) == ["t"])
        #expect(plan().idle.map(\.name) == ["u"])
        #expect(
            plan().idle.first?.obstacle
                == Obstacle(
                    reason: "SamePeer",
                    sentence: "peer u is the router that peer t speaks with; remove one, or set nodes for each"))
        #expect(plan { $0.peers[0].address = router }.idle.map(\.obstacle.reason) == ["SamePeer"])
        let apart = plan {
            $0.peers[0].nodes.selector = LabelSelector(matchLabels: ["rack": "b"])
            $0.peers[1].nodes.selector = LabelSelector(matchLabels: ["rack": "a"])
        }
        #expect(apart.specs.map(\.name) == ["u"] && apart.idle.isEmpty)
        #expect(plan { $0.peers[0].passwordFile = "/key" }.specs.map(\.name) == ["u"])
    }

    @Test("an identifier in use stays when nothing else is asked for")
    func identifier() throws {
        let former = try #require(RouterID(IPAddress(ipv4: 0x0A00_0909)))
        func plan(_ settings: BGPSettings) -> PeerPlan {
            PeerPlan(
                settings: settings, pools: ["edge"], node: nil, host: host, keys: [:], formerIdentifier: former)
        }
        #expect(plan(settings { $0.routerID = nil }).specs.first?.session.identifier == former)
        #expect(plan(settings()).specs.first?.session.identifier == RouterID(1))
        #expect(self.plan(settings { $0.routerID = nil }).obstacle?.reason == "NoRouterID")
    }

    @Test("without an AS number, or with an unreadable password, it says so")
    func obstacles() {
        #expect(plan(settings { $0.asn = nil }).obstacle?.reason == "NoASN")
        let secret = settings { $0.peers[0].passwordFile = "/key" }
        let unreadable = Obstacle(reason: "PasswordUnreadable", sentence: "no")
        #expect(plan(secret, keys: ["/key": .failure(unreadable)]).idle.map(\.obstacle) == [unreadable])
        #expect(plan(secret).specs.isEmpty)
    }

    @Test("the first advertisement that fits pool and peer counts, and a pool that none fits has no route")
    func advertisements() throws {
        var first = AdvertisementSettings()
        first.pools = ["edge"]
        let target = try #require(ExtendedCommunity("rt:64512:7"))
        first.communities = [.standard(.noExport), .extended(target)]
        first.aggregationLength = 24
        var second = AdvertisementSettings()
        second.peers = ["other"]
        let plan = plan(settings { $0.advertisements = [first, second] })
        let spec = try #require(plan.specs.first)
        let shape = try #require(spec.shape(ofPool: "edge"))
        #expect(shape.attributes.communities == [.noExport])
        #expect(shape.attributes.extendedCommunities == [target])
        #expect(shape.prefix(of: IPAddress(ipv4: 0xC000_0203)) == CIDR("192.0.2.0/24"))
        #expect(spec.shape(ofPool: "lab") == nil)
        #expect(spec.shape(ofPool: nil) == nil)
        #expect(self.plan(settings()).specs.first?.shape(ofPool: nil) != nil)
    }

    @Test("a pool that the configuration has no more is shown as addresses out of pools are")
    func formerPool() throws {
        var first = AdvertisementSettings()
        first.pools = ["edge"]
        first.aggregationLength = 24
        var rest = AdvertisementSettings()
        rest.med = 7
        let all = try #require(plan(settings { $0.advertisements = [first, rest] }).specs.first)
        #expect(all.shape(ofPool: "former")?.attributes.multiExitDiscriminator == 7)
        #expect(all.shape(ofPool: "edge")?.attributes.multiExitDiscriminator == nil)
        let some = try #require(plan(settings { $0.advertisements = [first] }).specs.first)
        #expect(some.shape(ofPool: "former") == nil && some.shape(ofPool: "lab") == nil)
        #expect(plan(settings()).specs.first?.shape(ofPool: "former") == PeerSpec.Shape())
    }

    @Test("an interface that the node does not have is told, and a link-local peer gets its scope")
    func interfaces() throws {
        let absent = settings { $0.peers[0].interface = "eth9" }
        #expect(plan(absent).idle.first?.obstacle.reason == "NoInterface")
        let local = settings {
            $0.peers[0].interface = "eth0"
            $0.peers[0].address = IPAddress("fe80::1")
        }
        #expect(plan(local).specs.first?.transport.remote.scope == 2)
    }
}
