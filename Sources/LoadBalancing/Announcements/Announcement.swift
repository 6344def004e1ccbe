public import HashTreeCollections
public import NetworkTypes

/// One address that should be reachable, as far as every node agrees on it.
///
/// Which node owns the address, or whether this one advertises it, is the announcer's to decide within `candidates`.
public struct Announcement: Hashable, Sendable {
    /// The nodes whose endpoints allow them to receive the address's traffic.
    public enum Candidates: Hashable, Sendable {
        /// Any node that is eligible at all.
        case everyNode
        /// Only these, of those that are eligible (`externalTrafficPolicy: Local`). Never empty.
        case nodes(Set<NodeName>)

        /// Whether its endpoints allow the node; whether the node is eligible at all is `NodeEligibility`'s to say.
        public func contains(_ node: NodeName) -> Bool {
            switch self {
            case .everyNode: true
            case .nodes(let names): names.contains(node)
            }
        }
    }

    /// What is announced; at most one announcement of a plan has it.
    public var address: IPAddress
    /// The pool that holds the address; nil when it is out of every pool.
    public var pool: String?
    /// Of all Services that share the address: a node that one of them allows is a candidate.
    public var candidates: Candidates

    /// Trusts its caller that `.nodes` names at least one.
    public init(address: IPAddress, pool: String?, candidates: Candidates = .everyNode) {
        self.address = address
        self.pool = pool
        self.candidates = candidates
    }
}

/// Everything one announcer should announce: complete each time, so that a repeated or late one is harmless.
///
/// A tree set, because two of them that differ in one place are compared in a time that does not grow with the rest.
public typealias AnnouncementSet = TreeSet<Announcement>
