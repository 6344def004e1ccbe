public import IPAM
public import NetworkTypes

/// What a source should write about one Service: complete each time; a part that is nil is not this node's to write.
public struct ServiceOutcome: Hashable, Sendable {
    public var key: ServiceKey
    /// The Service this was decided for; a source drops the outcome when another object has the name by now.
    public var uid: String
    /// The addresses to record; empty removes the record.
    public var record: [IPAddress]?
    /// The addresses in effect, in the Service's order of families; empty clears the status.
    public var ingress: [IPAddress]?
    public var conditions: [Condition]?
    /// Recorded addresses that this node found in use by another host, for the one that allocates to know.
    public var conflicts: [IPAddress]?

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
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The Service has its addresses.
        case allocated = "herald-lb.io/Allocated"
        /// The network delivers them.
        case announced = "herald-lb.io/Announced"
    }

    public var kind: Kind
    public var isTrue: Bool
    /// UpperCamelCase.
    public var reason: String
    public var message: String
    /// The generation of the Service that was looked at.
    public var observedGeneration: Int64

    public init(kind: Kind, isTrue: Bool, reason: String, message: String, observedGeneration: Int64) {
        self.kind = kind
        self.isTrue = isTrue
        self.reason = reason
        self.message = message
        self.observedGeneration = observedGeneration
    }
}
