import IPAM
import LoadBalancing
import NetworkTypes
import Testing

/// Planners of several nodes that announce by BGP, over one Service as an API server would hold it.
private struct SharedCluster {
    static let address = PlannerFixture.address("192.0.2.10")
    static let key = PlannerFixture.key("web")

    var planners: [NodeName: Planner] = [:]
    var service: LoadBalancerService
    var nodes: [NodeName: NodeFacts] = [:]
    var now = MonotonicTime.zero
    /// Who changed the status, and to what.
    var writes: [String] = []

    /// The order in which they write.
    let order: [NodeName]

    init(_ names: [NodeName] = ["a", "b", "c"], allocator: NodeName? = nil) {
        order = names.sorted {
            StatusRank.rank(of: $0, among: names, for: Self.key) < StatusRank.rank(of: $1, among: names, for: Self.key)
        }
        service = PlannerFixture.service("web")
        service.annotations[Annotation.assigned] = "192.0.2.10"
        for name in names {
            nodes[name] = NodeFacts(name: name)
            var settings = PlannerFixture.settings(
                [PlannerFixture.range("192.0.2.0/24")].compactMap { $0 }, mode: .bgp)
            settings.node = name
            planners[name] = Planner(settings: settings, isAllocator: name == allocator)
            planners[name]?.setNodes(nodes)
            planners[name]?.set(service, at: now)
            planners[name]?.sourceIsSynchronised()
        }
        for name in names { planners[name]?.setNodes(nodes) }
    }

    mutating func see(_ service: LoadBalancerService) {
        for name in order { planners[name]?.set(service, at: now) }
    }

    mutating func effect(_ state: AnnouncementEffect.State, on names: [NodeName]) {
        for name in names {
            planners[name]?.observe(.init(address: Self.address, state: state), from: .bgp, at: now)
        }
    }

    mutating func setReady(_ name: NodeName, _ isReady: Bool) {
        nodes[name]?.readiness = isReady ? .ready : .notReady(since: 0)
        for name in planners.keys { planners[name]?.setNodes(nodes) }
    }

    /// Lets time pass second by second; every write is seen by all at once.
    mutating func pass(seconds: Int, dead: Set<NodeName> = []) {
        for _ in 0..<seconds {
            settle(dead: dead)
            now = now.advanced(by: .seconds(1))
        }
        settle(dead: dead)
    }

    private mutating func settle(dead: Set<NodeName>) {
        for _ in 0..<10 {
            var isQuiet = true
            for name in planners.keys.sorted() where !dead.contains(name) {
                guard let plan = planners[name]?.plan(at: now) else { continue }
                for outcome in plan.outcomes where write(outcome, by: name) { isQuiet = false }
            }
            if isQuiet { return }
        }
    }

    private mutating func write(_ outcome: ServiceOutcome, by name: NodeName) -> Bool {
        var new = service
        if let ingress = outcome.ingress { new.writtenIngress = ingress }
        if let announced = outcome.conditions?.first(where: { $0.kind == .announced }) {
            new.writtenAnnounced = announced.isTrue
        }
        guard new != service else { return false }
        service = new
        writes.append("\(name): \(new.writtenIngress) \(new.writtenAnnounced.map { "\($0)" } ?? "-")")
        for name in planners.keys { planners[name]?.set(service, at: now) }
        return true
    }
}

@Suite("The status of an address that many nodes announce")
struct SharedStatusTests {
    private let lost = AnnouncementEffect.State.blocked(Obstacle(reason: "NoPeer", sentence: "no peer is up"))

    @Test("is written once, by the first")
    func first() {
        var cluster = SharedCluster()
        cluster.effect(.inEffect(interface: "lo"), on: cluster.order)
        cluster.pass(seconds: 60)
        #expect(cluster.writes == ["\(cluster.order[0]): [192.0.2.10] true"])
    }

    @Test("is written by the next when the first does not")
    func next() {
        var cluster = SharedCluster()
        let dead = cluster.order[0]
        cluster.effect(.inEffect(interface: "lo"), on: cluster.order)
        cluster.pass(seconds: 1, dead: [dead])
        #expect(cluster.writes.isEmpty)
        cluster.pass(seconds: 60, dead: [dead])
        #expect(cluster.writes == ["\(cluster.order[1]): [192.0.2.10] true"])
    }

    @Test("is written at once by the next when the cluster knows that the first is not ready")
    func notReady() {
        var cluster = SharedCluster()
        cluster.setReady(cluster.order[0], false)
        cluster.effect(.inEffect(interface: "lo"), on: cluster.order)
        cluster.pass(seconds: 0, dead: [cluster.order[0]])
        #expect(cluster.writes == ["\(cluster.order[1]): [192.0.2.10] true"])
    }

    @Test("never loses an address that another announces, whoever loses its own", arguments: 0..<3)
    func oneLost(rank: Int) {
        var cluster = SharedCluster(allocator: "b")
        cluster.effect(.inEffect(interface: "lo"), on: cluster.order)
        cluster.pass(seconds: 5)
        for state in [lost, .withdrawn] {
            cluster.effect(state, on: [cluster.order[rank]])
            cluster.pass(seconds: 600)
        }
        #expect(cluster.writes.allSatisfy { $0.contains("[192.0.2.10]") }, "\(cluster.writes)")
        #expect(cluster.service.writtenAnnounced == true)
        // Written, and where the first lost it, doubted and stated again, for each thing it came to know.
        #expect(cluster.writes.count <= 5, "\(cluster.writes)")
    }

    @Test("is cleared when nobody announces it, even one after the other", arguments: [0, 30])
    func allLost(pause: Int) {
        var cluster = SharedCluster()
        cluster.effect(.inEffect(interface: "lo"), on: cluster.order)
        cluster.pass(seconds: 5)
        for name in cluster.order.reversed() {
            cluster.effect(lost, on: [name])
            cluster.pass(seconds: pause)
        }
        cluster.pass(seconds: 30)
        #expect(cluster.service.writtenIngress.isEmpty && cluster.service.writtenAnnounced == false)
        cluster.effect(.inEffect(interface: "lo"), on: [cluster.order[2]])
        cluster.pass(seconds: 10)
        #expect(cluster.service.writtenIngress == [SharedCluster.address])
    }

    @Test("is cleared by the allocator at once when no node may announce it")
    func noEndpoint() {
        var cluster = SharedCluster(allocator: "a")
        cluster.effect(.inEffect(interface: "lo"), on: cluster.order)
        cluster.pass(seconds: 5)
        cluster.service.endpoints = .known(.init())
        cluster.see(cluster.service)
        cluster.effect(.withdrawn, on: cluster.order)
        cluster.pass(seconds: 0)
        #expect(cluster.service.writtenIngress.isEmpty)
    }

    @Test("is cleared once of a Service without pods that shares its address with one that has some")
    func noEndpointOfItsOwn() {
        var cluster = SharedCluster()
        let order = cluster.order
        cluster = SharedCluster(allocator: order[0])
        var partner = PlannerFixture.service("partner", ports: [443])
        for annotation in [Annotation.assigned, Annotation.share] {
            partner.annotations[annotation] = annotation == Annotation.share ? "k" : "192.0.2.10"
            cluster.service.annotations[annotation] = partner.annotations[annotation]
        }
        (partner.trafficPolicy, partner.selector) = (.local, ["app": "web"])
        partner.endpoints = .known(.init(readyNodes: [order[1]]))
        (cluster.service.trafficPolicy, cluster.service.selector) = (.local, partner.selector)
        cluster.service.endpoints = partner.endpoints
        cluster.see(partner)
        cluster.see(cluster.service)
        cluster.effect(.inEffect(interface: "lo"), on: [order[1]])
        cluster.pass(seconds: 30)
        #expect(cluster.writes == ["\(order[1]): [192.0.2.10] true"])

        cluster.writes = []
        cluster.service.endpoints = .known(.init())
        cluster.see(cluster.service)
        cluster.pass(seconds: 600)
        #expect(cluster.writes == ["\(order[0]): [] false"])

        cluster.service.endpoints = partner.endpoints
        cluster.see(cluster.service)
        cluster.pass(seconds: 600)
        #expect(cluster.writes == ["\(order[0]): [] false", "\(order[1]): [192.0.2.10] true"])
    }

    @Test("stands over a restart of every node, without a write")
    func restart() {
        var cluster = SharedCluster(allocator: "a")
        cluster.service.writtenIngress = [SharedCluster.address]
        cluster.service.writtenAnnounced = true
        cluster.see(cluster.service)
        cluster.pass(seconds: 4)
        cluster.effect(.inEffect(interface: "lo"), on: cluster.order)
        cluster.pass(seconds: 60)
        #expect(cluster.writes.isEmpty)
    }
}
