import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Who writes a status, and when")
struct StatusRuleTests {
    typealias Situation = StatusRule.Situation

    private static func second(_ seconds: Int) -> MonotonicTime { .zero.advanced(by: .seconds(seconds)) }

    struct Row: Sendable {
        var what: String
        /// What is so from a second on, and what is to be done then.
        var steps: [(second: Int, situation: Situation, duty: StatusRule.Duty)]
    }

    private static let doubted = Situation(.nowhere, shown: .doubted, speaks: true, others: 2)
    private static let shown = Situation(.nowhere, shown: .announced, speaks: true, others: 2)

    static let rows: [Row] = [
        .init(
            what: "the first of those who announce states it at once, and goes on to",
            steps: [
                (0, Situation(.inEffect(rank: 0), shown: .nothing), .state),
                (9, Situation(.inEffect(rank: 0), shown: .announced, agrees: true), .state),
            ]),
        .init(
            what: "the third steps in four seconds after the status began to differ, unless it came to agree",
            steps: [
                (0, Situation(.inEffect(rank: 2), shown: .announced, agrees: true), .silence(until: nil)),
                (10, Situation(.inEffect(rank: 2), shown: .nothing), .silence(until: second(14))),
                (13, Situation(.inEffect(rank: 2), shown: .nothing), .silence(until: second(14))),
                (14, Situation(.inEffect(rank: 2), shown: .nothing), .state),
                (15, Situation(.inEffect(rank: 2), shown: .announced, agrees: true), .silence(until: nil)),
                (20, Situation(.inEffect(rank: 2), shown: .nothing), .silence(until: second(24))),
            ]),
        .init(
            what: "the hundredth steps in no later than the eleventh",
            steps: [
                (0, Situation(.inEffect(rank: 99), shown: .nothing), .silence(until: second(20))),
                (20, Situation(.inEffect(rank: 99), shown: .nothing), .state),
            ]),
        .init(
            what: "what another node owns is for that node to state",
            steps: [(0, Situation(.elsewhere, shown: .nothing, speaks: true), .silence(until: nil))]),
        .init(
            what: "one who does not speak for all leaves a status alone",
            steps: [(0, Situation(.nowhere, shown: .announced), .silence(until: nil))]),
        .init(
            what: "where nothing is shown, the reason is told at once",
            steps: [(0, Situation(.nowhere, shown: .nothing, speaks: true), .clear)]),
        .init(
            what: "what is not wanted any more, or by nobody else, is cleared at once",
            steps: [(0, Situation(.nowhere, shown: .announced, speaks: true, isCertain: true), .clear)]),
        .init(
            what: "after a restart a status stands until it is known what is in effect, but not for ever",
            steps: [
                (
                    0, Situation(.nowhere, shown: .announced, speaks: true, isSettling: true, isCertain: true),
                    .silence(until: second(10))
                ),
                (10, Situation(.nowhere, shown: .announced, speaks: true, isSettling: true, isCertain: true), .clear),
            ]),
        .init(
            what: "a doubt that nobody answers ends with a cleared status",
            steps: [
                (0, shown, .silence(until: second(3))), (3, shown, .doubt(until: nil)),
                (4, doubted, .doubt(until: second(11))), (10, doubted, .doubt(until: second(11))),
                (11, doubted, .clear),
                (12, Situation(.nowhere, shown: .nothing, speaks: true, others: 2), .clear),
            ]),
        .init(
            what: "a doubt that is answered is over until more is known",
            steps: [
                (0, shown, .silence(until: second(3))), (3, shown, .doubt(until: nil)),
                (4, doubted, .doubt(until: second(11))), (6, shown, .silence(until: nil)),
                (600, shown, .silence(until: nil)),
                (
                    601, Situation(.nowhere, shown: .announced, speaks: true, others: 1, fingerprint: 7),
                    .silence(until: second(604))
                ),
            ]),
    ]

    @Test("by what is known and shown", arguments: rows)
    func table(row: Row) {
        var rule = StatusRule()
        for step in row.steps {
            #expect(rule.duty(in: step.situation, at: Self.second(step.second)) == step.duty, "\(row.what): \(step)")
        }
    }

    private static let nodes: [NodeName] = (0..<20).map { NodeName("node-\($0)") }

    @Test("every node has a rank of its own, the same whoever asks, and each is first for some Services")
    func ranks() {
        var first: [NodeName: Int] = [:]
        for number in 0..<400 {
            let key = ServiceKey(namespace: "default", name: "s\(number)")
            let ranks = Self.nodes.map { StatusRank.rank(of: $0, among: Set(Self.nodes), for: key) }
            #expect(Set(ranks) == Set(0..<20))
            for (node, rank) in zip(Self.nodes, ranks) where rank == 0 { first[node, default: 0] += 1 }
            #expect(StatusRank.rank(of: "stranger", among: Self.nodes, for: key) == 20)
        }
        #expect(first.count == 20)
    }

    @Test("when a node goes, the others keep their order")
    func departure() {
        let key = ServiceKey(namespace: "default", name: "web")
        func order(_ nodes: [NodeName]) -> [NodeName] {
            nodes.sorted {
                StatusRank.rank(of: $0, among: nodes, for: key) < StatusRank.rank(of: $1, among: nodes, for: key)
            }
        }
        for gone in Self.nodes {
            #expect(order(Self.nodes.filter { $0 != gone }) == order(Self.nodes).filter { $0 != gone })
        }
    }

    @Test("a node that is not ready, or may not announce, cannot be counted on")
    func writers() {
        var node = NodeFacts(name: "n")
        #expect(StatusRank.canBeCountedOn(node))
        node.readiness = .notReady(since: 0)
        #expect(!StatusRank.canBeCountedOn(node))
        node.readiness = .ready
        node.isDraining = true
        #expect(!StatusRank.canBeCountedOn(node))
    }
}

extension StatusRuleTests.Row: CustomTestStringConvertible {
    var testDescription: String { what }
}
