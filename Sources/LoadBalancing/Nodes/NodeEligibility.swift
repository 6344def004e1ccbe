public import IPAM
import NetworkTypes

/// Whether a node may announce an address now, and why not: the one rule, for every mode.
///
/// A node that is only cordoned stays eligible. Whether its herald is alive is the membership's to know, not this rule's.
public struct NodeEligibility: Hashable, Sendable {
    /// What the network of a node offers to one address.
    public struct Link: Hashable, Sendable {
        /// The interface has a carrier.
        public var hasCarrier: Bool
        /// The address lies in a subnet of the interface, or need not.
        public var hasSubnet: Bool

        /// By default a link that refuses nothing, for a caller that asks about the node alone.
        public init(hasCarrier: Bool = true, hasSubnet: Bool = true) {
            self.hasCarrier = hasCarrier
            self.hasSubnet = hasSubnet
        }
    }

    /// Why a node must not announce; the first that holds, in this order.
    public enum Refusal: String, Hashable, Sendable, CaseIterable, Comparable {
        case notSelected = "NotSelected"
        case excluded = "ExcludedByLabel"
        case draining = "Draining"
        case deleting = "Deleting"
        case toBeDeleted = "ToBeDeletedByAutoscaler"
        case networkUnavailable = "NetworkUnavailable"
        case notReady = "NotReady"
        case noCarrier = "NoCarrier"
        case noSubnet = "NoSubnet"
        case noEndpoint = "NoEndpoint"

        /// By the order in which they are looked at.
        public static func < (left: Refusal, right: Refusal) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Which nodes are meant at all.
    public var selector: LabelSelector
    /// How long a node may be not ready before it is left out, in whole seconds of wall-clock time.
    public var grace: Duration

    /// By default every node is selected, and one that is not ready has 60 seconds.
    public init(selector: LabelSelector = LabelSelector([]), grace: Duration = .seconds(60)) {
        self.selector = selector
        self.grace = grace
    }

    /// Nil when the node may announce an address that has these candidates.
    ///
    /// `time` is seconds since 1970.
    public func refusal(
        of node: NodeFacts, for candidates: Announcement.Candidates = .everyNode, link: Link = Link(), at time: Int64
    ) -> Refusal? {
        if !selector.matches(node.labels) { return .notSelected }
        if node.isExcludedByLabel { return .excluded }
        if node.isDraining { return .draining }
        if node.isDeleting { return .deleting }
        if node.isToBeDeletedByAutoscaler { return .toBeDeleted }
        if node.isNetworkUnavailable { return .networkUnavailable }
        if isLeft(node.readiness, at: time) { return .notReady }
        if !link.hasCarrier { return .noCarrier }
        if !link.hasSubnet { return .noSubnet }
        return candidates.contains(node.name) ? nil : .noEndpoint
    }

    /// A node whose beginning of trouble is not known has none of its grace left.
    private func isLeft(_ readiness: NodeFacts.Readiness, at time: Int64) -> Bool {
        guard case .notReady(let since) = readiness else { return false }
        let (elapsed, overflow) = time.subtractingReportingOverflow(since)
        return overflow || elapsed >= grace.components.seconds
    }

    /// Why no node may announce: the count for each reason, and what to do; nil when one may.
    public func obstacle(
        among nodes: [NodeFacts], for candidates: Announcement.Candidates = .everyNode, at time: Int64
    ) -> Obstacle? {
        let refusals = nodes.compactMap { refusal(of: $0, for: candidates, at: time) }
        guard refusals.count == nodes.count else { return nil }
        if nodes.count == 1, refusals == [.excluded] {
            return Obstacle(
                reason: "NoEligibleNode",
                sentence:
                    "the only node of the cluster, \(nodes[0].name), carries the label \(NodeFacts.excludeLabel), "
                    + "so nothing may announce; remove the label from it")
        }
        let counts = Dictionary(refusals.map { ($0, 1) }, uniquingKeysWith: +).sorted { $0.key < $1.key }
        let list = counts.map { "\($0.value) \($0.key.phrase)" }.joined(separator: ", ")
        return Obstacle(
            reason: "NoEligibleNode",
            sentence: nodes.isEmpty
                ? "no node of the cluster is known, so nothing may announce"
                : "none of \(nodes.count) nodes may announce: \(list)")
    }
}

extension NodeEligibility.Refusal {
    /// As it follows a count of nodes.
    var phrase: String {
        switch self {
        case .notSelected: "not chosen by the node selector"
        case .excluded: "excluded by the label \(NodeFacts.excludeLabel)"
        case .draining: "drained by the annotation \(Annotation.drain)"
        case .deleting: "being deleted"
        case .toBeDeleted: "about to be deleted by the cluster autoscaler"
        case .networkUnavailable: "without a network (condition NetworkUnavailable)"
        case .notReady: "not ready"
        case .noCarrier: "without a carrier"
        case .noSubnet: "without an interface in the subnet of the address"
        case .noEndpoint: "without a ready pod of the Service"
        }
    }
}
