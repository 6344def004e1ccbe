import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Explanation")
struct ExplanationTests {
    typealias Fixture = PlannerFixture

    private let alone = NodeView(nodes: [], rules: [:], time: 0)

    /// A settled planner with one Service, `web`.
    private func fixture(
        mode: Mode = .arp, isAllocator: Bool = true, announcing: Bool = true,
        _ edit: (inout LoadBalancerService) -> Void = { _ in }
    ) -> Fixture {
        var fixture = Fixture("192.0.2.10-192.0.2.12", mode: mode, isAllocator: isAllocator)
        fixture.planner.sourceIsSynchronised()
        var service = Fixture.service("web")
        edit(&service)
        fixture.set(service)
        fixture.settle(announcing: announcing)
        return fixture
    }

    private func explain(_ fixture: Fixture, _ view: NodeView? = nil) -> Explanation {
        fixture.planner.explain(Fixture.key("web"), view ?? alone)
    }

    @Test("a Service that works holds at every gate")
    func works() throws {
        var fixture = fixture()
        var service = try #require(fixture.services[Fixture.key("web")])
        service.writtenIngress = [Fixture.address("192.0.2.10")]
        fixture.set(service)
        fixture.settle()
        let explanation = explain(fixture)
        #expect(explanation.obstacle == nil)
        #expect(explanation.gates.allSatisfy { $0.verdict == .holds })
        #expect(
            explanation.gates.map(\.name) == [
                "known", "claimed", "address", "record", "mode", "endpoints", "nodes", "announced", "status",
            ])
    }

    @Test(
        "it ends at the first gate that does not hold, in the words of events and conditions",
        arguments: [
            ("known", "there is no Service default/none"), ("claimed", "its loadBalancerClass is other/one"),
            ("address", "192.0.2.99 is in no pool"), ("endpoints", "no pod of the Service is ready"),
            ("announced", "192.0.2.10 is used by another host"), ("status", "says nothing, not 192.0.2.10"),
        ])
    func obstacles(gate: String, words: String) {
        var fixture = fixture { service in
            if gate == "claimed" { service.loadBalancerClass = "other/one" }
            if gate == "address" { service.loadBalancerIP = "192.0.2.99" }
            if gate == "endpoints" { service.endpoints = .known(.init()) }
        }
        if gate == "announced" {
            fixture.effect(
                Fixture.address("192.0.2.10"), .conflicted(by: MACAddress(number: 7), interface: "eth0"))
        }
        let key = gate == "known" ? Fixture.key("none") : Fixture.key("web")
        let explanation = fixture.planner.explain(key, alone)
        #expect(explanation.obstacle?.name == gate)
        #expect(explanation.obstacle?.sentence.contains(words) == true, "\(explanation.obstacle?.sentence ?? "")")
        #expect(explanation.gates.count == 9)
        let after = explanation.gates.drop { $0.name != gate }.dropFirst()
        #expect(after.allSatisfy { $0.verdict == .notReached })
    }

    @Test("mode none is where it ends")
    func none() {
        #expect(explain(fixture(mode: .none)).obstacle?.name == "mode")
    }

    @Test("a node that does not allocate says who it waits for")
    func follower() {
        let obstacle = explain(fixture(isAllocator: false)).obstacle
        #expect(obstacle?.sentence == "the node that allocates has not given it an address yet")
    }

    @Test("each node that may not announce is named with its reason")
    func nodes() {
        var excluded = NodeFacts(name: "n1", labels: [NodeFacts.excludeLabel: ""])
        let draining = NodeFacts(name: "n2")
        let selected = NodeFacts(name: "n3", labels: ["edge": "true"])
        let rule = NodeEligibility(selector: LabelSelector(matchLabels: ["edge": "true"]))
        let view = NodeView(nodes: [excluded, draining, selected], rules: [.arp: rule], time: 0)
        let gate = explain(fixture(), view).gates.first { $0.name == "nodes" }
        #expect(
            gate?.sentence
                == "n3 may announce; n1 is not chosen by the node selector; n2 is not chosen by the node selector")
        var unheard = NodeView(nodes: [NodeFacts(name: "n4"), NodeFacts(name: "n5")], rules: [:], time: 0)
        unheard.unheard = ["n4"]
        let some = explain(fixture(), unheard).gates.first { $0.name == "nodes" }
        #expect(some?.sentence == "n5 may announce; no heartbeat is heard from n4")
        unheard.unheard = ["n4", "n5"]
        #expect(explain(fixture(), unheard).obstacle?.name == "nodes")
        excluded.labels["edge"] = "true"
        let none = explain(fixture(), NodeView(nodes: [excluded], rules: [.arp: rule], time: 0))
        #expect(none.obstacle?.name == "nodes")
        #expect(none.obstacle?.sentence.contains(NodeFacts.excludeLabel) == true)
    }

    @Test("an address is explained by the Service that has it, or by what becomes of it")
    func addresses() {
        var fixture = fixture()
        #expect(fixture.planner.explain(Fixture.address("192.0.2.10"), alone).map(\.subject) == ["default/web"])
        let free = fixture.planner.explain(Fixture.address("192.0.2.11"), alone)
        #expect(free.first?.obstacle?.sentence.contains("no Service has it") == true)
        let outside = fixture.planner.explain(Fixture.address("10.0.0.1"), alone)
        #expect(outside.first?.obstacle?.name == "pool")
        fixture.planner.reserve([Fixture.address("192.0.2.12")])
        let reserved = fixture.planner.explain(Fixture.address("192.0.2.12"), alone)
        #expect(reserved.first?.obstacle?.sentence.contains("belongs to a node") == true)
    }

    @Test("the tally counts as the reports do")
    func tally() {
        let works = fixture().planner.tally()
        #expect(works.states == [.announced: 1, .pending: 0, .refused: 0])
        #expect(works.owned[.arp] == 1)
        let refused = fixture { $0.loadBalancerIP = "192.0.2.99" }.planner.tally()
        #expect(refused.states == [.announced: 0, .pending: 0, .refused: 1])
        #expect(refused.reasons.values.reduce(0, +) == 1)
    }
}
