import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Which nodes may announce")
struct NodeEligibilityTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout NodeFacts) -> Void = { _ in }
        var link = NodeEligibility.Link()
        var candidates = Announcement.Candidates.everyNode
        var refusal: NodeEligibility.Refusal?

        init(
            _ name: String, _ refusal: NodeEligibility.Refusal?, link: NodeEligibility.Link = .init(),
            candidates: Announcement.Candidates = .everyNode,
            change: @escaping @Sendable (inout NodeFacts) -> Void = { _ in }
        ) {
            testDescription = name
            self.refusal = refusal
            self.link = link
            self.candidates = candidates
            self.change = change
        }
    }

    static let cases: [Case] = [
        Case("a whole node", nil),
        Case("another label than is asked for", .notSelected) { $0.labels["edge"] = "false" },
        Case("the exclude label, empty", .excluded) { $0.labels[NodeFacts.excludeLabel] = "" },
        Case("the exclude label, true", .excluded) { $0.labels[NodeFacts.excludeLabel] = "true" },
        Case("the exclude label, any text", .excluded) { $0.labels[NodeFacts.excludeLabel] = "no" },
        Case("the exclude label, false", nil) { $0.labels[NodeFacts.excludeLabel] = "false" },
        Case("the exclude label, 0", nil) { $0.labels[NodeFacts.excludeLabel] = "0" },
        Case("draining", .draining) { $0.isDraining = true },
        Case("being deleted", .deleting) { $0.isDeleting = true },
        Case("about to be deleted by the autoscaler", .toBeDeleted) { $0.isToBeDeletedByAutoscaler = true },
        Case("without a network", .networkUnavailable) { $0.isNetworkUnavailable = true },
        Case("not ready for a moment", nil) { $0.readiness = .notReady(since: 950) },
        Case("not ready for long", .notReady) { $0.readiness = .notReady(since: 940) },
        Case("not ready since nobody knows when", .notReady) { $0.readiness = .notReady(since: 0) },
        Case("not ready since before all time", .notReady) { $0.readiness = .notReady(since: .min) },
        Case("no carrier", .noCarrier, link: .init(hasCarrier: false)),
        Case("no subnet", .noSubnet, link: .init(hasSubnet: false)),
        Case("an endpoint here", nil, candidates: .nodes(["a"])),
        Case("an endpoint elsewhere only", .noEndpoint, candidates: .nodes(["b"])),
        Case("excluded and draining", .excluded) {
            $0.isDraining = true
            $0.labels[NodeFacts.excludeLabel] = ""
        },
    ]

    @Test("that no node is ready is not held against any")
    func noneReady() {
        var (lost, fine) = (NodeFacts(name: "a"), NodeFacts(name: "b"))
        lost.readiness = .notReady(since: 5)
        #expect(NodeFacts.trusted(["a": lost, "b": fine]) == ["a": lost, "b": fine])
        fine.readiness = .notReady(since: 7)
        #expect(NodeFacts.trusted(["a": lost, "b": fine]).values.allSatisfy { $0.readiness == .ready })
    }

    private let rule = NodeEligibility(selector: LabelSelector(matchLabels: ["edge": "true"]))

    @Test("each reason that keeps a node from announcing", arguments: cases)
    func table(_ testCase: Case) {
        var node = NodeFacts(name: "a", labels: ["edge": "true"])
        testCase.change(&node)
        let refusal = rule.refusal(of: node, for: testCase.candidates, link: testCase.link, at: 1000)
        #expect(refusal == testCase.refusal)
    }

    @Test("with no eligible node the sentence counts the reasons")
    func counts() throws {
        var nodes = ["a", "b", "c"].map { NodeFacts(name: NodeName($0), labels: ["edge": "true"]) }
        #expect(rule.obstacle(among: nodes, at: 0) == nil)
        nodes[0].isDraining = true
        nodes[1].labels[NodeFacts.excludeLabel] = ""
        nodes[2].isDraining = true
        let obstacle = try #require(rule.obstacle(among: nodes, at: 0))
        #expect(obstacle.reason == "NoEligibleNode")
        #expect(
            obstacle.sentence == "none of 3 nodes may announce: 1 excluded by the label \(NodeFacts.excludeLabel), "
                + "2 drained by the annotation herald-lb.io/drain")
        #expect(rule.obstacle(among: [], at: 0)?.sentence.hasPrefix("no node") == true)
    }

    @Test("the exclude label on the only node is named")
    func onlyNode() {
        let node = NodeFacts(name: "a", labels: [NodeFacts.excludeLabel: ""])
        let sentence = NodeEligibility().obstacle(among: [node], at: 0)?.sentence
        #expect(sentence?.hasPrefix("the only node of the cluster, a, carries the label") == true)
    }
}
