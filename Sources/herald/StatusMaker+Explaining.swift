import ARPMode
import Configuration
import FoundationEssentials
import IPAM
import LoadBalancing
import NetworkTypes
import Operations
import Operator

extension StatusMaker {
    /// Answers `/explain?subject=...`.
    func explain(_ request: OperationsRequest) async -> OperationsResponse {
        guard let subject = request.value(of: "subject"), !subject.isEmpty, subject.utf8.count <= 512 else {
            return .text("ask with  /explain?subject=NAMESPACE/NAME  or an address", status: 400)
        }
        let settings = await configuration.state.parsed.configuration
        let isShared = settings.modes.contains(.arp)
        let members = isShared ? await arp.membershipReport().nodes : []
        let explanations = await serviceOperator.explain(
            subject,
            rules: [
                .arp: NodeEligibility(selector: settings.arp.nodes.selector),
                .bgp: NodeEligibility(selector: settings.bgp.nodes.selector ?? LabelSelector([])),
            ],
            unheard: Set(members.filter { $0.reach == "unreachable" }.map(\.name)),
            time: Int64(Date().timeIntervalSince1970))
        let documents = explanations.map { explanation in
            ExplanationDocument(
                subject: explanation.subject, node: node.text,
                gates: explanation.gates.map {
                    .init(name: $0.name, verdict: $0.verdict.rawValue, sentence: $0.sentence)
                })
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        guard let body = try? encoder.encode(documents) else { return .text("no explanation", status: 500) }
        return .json(Array(body))
    }
}
