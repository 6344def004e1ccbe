/// One observed aspect of an object (`metav1.Condition`; the conditions of a Node have the same fields).
public struct Condition: Decodable, Hashable, Sendable {
    /// In CamelCase, with a domain before it unless it is Kubernetes' own.
    public var type: String
    /// `True`, `False` or `Unknown`.
    public var status: String
    /// The generation of the object that was looked at; 0 when not told.
    public var observedGeneration: Int64
    /// When `status` last changed.
    public var lastTransitionTime: Timestamp?
    /// In CamelCase.
    public var reason: String
    /// A sentence for people.
    public var message: String

    /// A condition to be written.
    public init(
        type: String, status: String, observedGeneration: Int64, lastTransitionTime: Timestamp?,
        reason: String,
        message: String
    ) {
        self.type = type
        self.status = status
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = lastTransitionTime
        self.reason = reason
        self.message = message
    }

    private enum Key: String, CodingKey {
        case type, status, observedGeneration, lastTransitionTime, reason, message
    }

    /// A condition to be written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        type = try container.decode(.type, default: "")
        status = try container.decode(.status, default: "Unknown")
        observedGeneration = try container.decode(.observedGeneration, default: 0)
        lastTransitionTime = try container.decode(.lastTransitionTime)
        reason = try container.decode(.reason, default: "")
        message = try container.decode(.message, default: "")
    }

    /// As it is written in a patch.
    public var json: JSONValue {
        [
            "type": .string(type), "status": .string(status),
            "observedGeneration": .integer(observedGeneration),
            "lastTransitionTime": lastTransitionTime.map { .string($0.time) } ?? .null,
            "reason": .string(reason),
            "message": .string(message),
        ]
    }
}
