public import IPAM
public import NetworkTypes

/// What a source should write about one Service: complete each time; a part that is nil is not this node's to write.
public struct ServiceOutcome: Hashable, Sendable {
    /// The Service to write about.
    public var key: ServiceKey
    /// The Service this was decided for; a source drops the outcome when another object has the name by now.
    public var uid: String
    /// The addresses to record; empty removes the record.
    public var record: [IPAddress]?
    /// The addresses in effect, in the Service's order of families; empty clears the status.
    public var ingress: [IPAddress]?
    /// Each replaces the one of its kind, and other kinds stay; empty removes all of ours.
    public var conditions: [Condition]?
    /// Recorded addresses that this node found in use by another host, for the one that allocates to know.
    public var conflicts: [IPAddress]?

    /// By default every part is another node's to write.
    public init(
        key: ServiceKey, uid: String, record: [IPAddress]? = nil, ingress: [IPAddress]? = nil,
        conditions: [Condition]? = nil
    ) {
        self.key = key
        self.uid = uid
        self.record = record
        self.ingress = ingress
        self.conditions = conditions
    }
}

/// A statement about a Service, as in Kubernetes' `status.conditions`.
public struct Condition: Hashable, Sendable {
    /// The statements that herald makes, as `type` in `status.conditions` spells them.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The Service has its addresses.
        case allocated = "herald-lb.io/Allocated"
        /// The network delivers them.
        case announced = "herald-lb.io/Announced"
    }

    /// The condition's `type`; a Service has one condition of each kind.
    public var kind: Kind
    /// The condition's `status`: `True` or `False`, never `Unknown`.
    public var isTrue: Bool
    /// UpperCamelCase.
    public var reason: String
    /// A sentence for people: what is so, or what is wrong and what to do about it.
    public var message: String
    /// The generation of the Service that was looked at.
    public var observedGeneration: Int64

    /// When it last changed between true and false is the source's to note.
    public init(kind: Kind, isTrue: Bool, reason: String, message: String, observedGeneration: Int64) {
        self.kind = kind
        self.isTrue = isTrue
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
    }
}
