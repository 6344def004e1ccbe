import BGP
import Configuration
import HashTreeCollections
import LoadBalancing
import NetworkTypes
import Testing

@testable import BGPMode

@Suite("BGP announcer", .timeLimit(.minutes(1)))
struct AnnouncerTests {
    typealias Bench = AnnouncerBench

    @Test("nodes alone do not complete the routes; the first set does, though it is empty")
    func complete() async throws {
        let bench = try Bench(Bench.settings())
        await bench.announcer.beginAlone()
        await bench.announcer.setNodes([:])
        await bench.pass(.milliseconds(50))
        #expect(await !bench.announcer.isSetComplete)
        await bench.announcer.reconcile(AnnouncementSet())
        #expect(await bench.announcer.isSetComplete)
    }

    private static func settings(restartTime: Duration) -> BGPSettings {
        Bench.settings { $0.peers[0].gracefulRestart = restartTime }
    }

    @Test("a peer that comes after the first plan is told of the restart, and one that comes again is not")
    func latePeer() async throws {
        let bench = try Bench(Bench.settings { $0.peers = [] })
        await bench.announcer.beginAlone()
        await bench.configure(Self.settings(restartTime: .seconds(120)))
        #expect(await bench.announcer.isRestarting("tor") == true)
        await bench.configure(Bench.settings { $0.peers = [] })
        #expect(await bench.announcer.isRestarting("tor") == nil)
        await bench.configure(Self.settings(restartTime: .seconds(120)))
        #expect(await bench.announcer.isRestarting("tor") == false)
    }

    @Test("once peers have dropped what a process before this one announced, none is told of a restart")
    func restartIsOver() async throws {
        let bench = try Bench(Self.settings(restartTime: .seconds(20)))
        await bench.announcer.beginAlone(ago: .seconds(20))
        #expect(await bench.announcer.isRestarting("tor") == false)
    }

    @Test("an address that moves to another pool leaves the prefix of its old one, which goes with the last")
    func movedAddress() async throws {
        var shared = AdvertisementSettings()
        shared.pools = ["edge"]
        shared.aggregationLength = 24
        let bench = try Bench(Bench.settings { $0.advertisements = [shared, AdvertisementSettings()] })
        await bench.announcer.beginAlone()
        func wanted(_ first: String, _ second: String) async -> [String] {
            await bench.announcer.reconcile([
                Announcement(address: IPAddress(ipv4: 0xC000_0201), pool: first),
                Announcement(address: IPAddress(ipv4: 0xC000_0202), pool: second),
            ])
            return await bench.announcer.wanted(of: ["192.0.2.0/24", "192.0.2.1/32", "192.0.2.2/32"], by: "tor")
        }
        #expect(await wanted("edge", "edge") == ["192.0.2.0/24"])
        #expect(await wanted("lab", "edge") == ["192.0.2.0/24", "192.0.2.1/32"])
        #expect(await wanted("lab", "lab") == ["192.0.2.1/32", "192.0.2.2/32"])
        #expect(await wanted("edge", "lab") == ["192.0.2.0/24", "192.0.2.2/32"])
    }

    private static func settings(advertising pool: String, in length: Int = 32) -> BGPSettings {
        var advertisement = AdvertisementSettings()
        advertisement.pools = [pool]
        advertisement.aggregationLength = length
        return Bench.settings { $0.advertisements = [advertisement] }
    }

    @Test("a pool that is renamed where it is advertised keeps its routes, also until its addresses are planned anew")
    func renamedPool() async throws {
        let bench = try Bench(Self.settings(advertising: "edge"))
        await bench.announcer.beginAlone()
        await bench.plan(in: "edge")
        #expect(await bench.wanted == ["192.0.2.1/32"])
        await bench.configure(Self.settings(advertising: "front"), pools: ["front"])
        #expect(await bench.wanted == ["192.0.2.1/32"])
        await bench.plan(in: "front")
        #expect(await bench.wanted == ["192.0.2.1/32"])
        await bench.configure(Self.settings(advertising: "edge", in: 24), pools: ["edge"])
        #expect(await bench.wanted == ["192.0.2.1/32"])
        await bench.plan(in: "edge")
        #expect(await bench.wanted == ["192.0.2.0/24"])
        #expect(await bench.announcer.formerPools(of: "tor") == [])
    }

    @Test("a pool that is not advertised any more loses its routes at once, and one that is gone with the next plan")
    func poolWithoutAdvertisement() async throws {
        let bench = try Bench(Self.settings(advertising: "edge"))
        await bench.announcer.beginAlone()
        await bench.plan(in: "edge")
        #expect(await bench.wanted == ["192.0.2.1/32"])
        await bench.configure(Self.settings(advertising: "lab"))
        #expect(await bench.wanted == [])
        await bench.plan(in: "lab")
        #expect(await bench.wanted == ["192.0.2.1/32"])
        await bench.configure(Self.settings(advertising: "edge"), pools: ["edge"])
        #expect(await bench.wanted == ["192.0.2.1/32"])
        #expect(await bench.announcer.formerPools(of: "tor") == ["lab"])
        await bench.plan(in: nil)
        #expect(await bench.wanted == [])
        #expect(await bench.announcer.formerPools(of: "tor") == [])
    }

    @Test("a session that requires BFD waits again when another session watches its path")
    func replacedDetection() async throws {
        // Over several hops, and waiting for the peer: nothing is sent.
        let settings = Bench.settings {
            $0.bfd.passive = true
            $0.peers[0].bfd = .required
            $0.peers[0].multihop = 2
        }
        let bench = try Bench(settings)
        await bench.announcer.beginBFD()
        await bench.announcer.beginAlone()
        #expect(await bench.announcer.state(of: "tor") == .idle)
        await bench.announcer.pathIsUp(to: "tor")
        #expect(await bench.announcer.state(of: "tor") == .active)
        var nearer = settings
        nearer.bfd.minimumTTL = 254
        await bench.configure(nearer)
        #expect(await bench.announcer.state(of: "tor") == .idle)
        await bench.announcer.pathIsUp(to: "tor")
        #expect(await bench.announcer.state(of: "tor") == .active)
        var moved = nearer
        moved.peers[0].source = IPAddress(ipv4: 0x7F00_0001)
        await bench.configure(moved)
        #expect(await bench.announcer.state(of: "tor") == .idle)
    }
}

extension AnnouncerBench {
    /// Where the peer is to have 192.0.2.1.
    fileprivate var wanted: [String] {
        get async { await announcer.wanted(of: ["192.0.2.0/24", "192.0.2.1/32"], by: "tor") }
    }

    /// Has 192.0.2.1 announced as of this pool, and nothing else.
    fileprivate func plan(in pool: String?) async {
        await announcer.reconcile([Announcement(address: IPAddress(ipv4: 0xC000_0201), pool: pool)])
    }
}

extension BGPAnnouncer {
    /// Pools of a former configuration that a peer is still shown.
    fileprivate func formerPools(of peer: String) -> [String]? { drivers[peer]?.spec.formerShapes.keys.sorted() }

    /// What a peer is told of this process; nil when there is no such peer.
    fileprivate func isRestarting(_ peer: String) -> Bool? {
        drivers[peer]?.spec.session.gracefulRestart?.isRestarting
    }

    /// Those of some prefixes that a peer is to have.
    fileprivate func wanted(of prefixes: [String], by peer: String) -> [String] {
        prefixes.filter { text in
            CIDR(text).flatMap { drivers[peer]?.peer.routes.refusal(of: $0) } == .noSession
        }
    }

    fileprivate func beginBFD() {
        bfd = BFDDriver(loop: loop, seed: 1) { [weak self] signal in
            self?.onLoop { $0.takeIn(signal) }
        }
    }

    fileprivate func pathIsUp(to peer: String) {
        drivers[peer]?.bfd(.up)
    }

    fileprivate func state(of peer: String) -> SessionState? { drivers[peer]?.state }
}
