/// The body of an answer that is not an object: why a request failed, or that it was done (metav1).
public struct Status: Decodable, Hashable, Sendable {
    /// One of several reasons.
    public struct Cause: Decodable, Hashable, Sendable {
        /// As in `FieldValueInvalid`.
        public var reason: String
        /// A sentence for people.
        public var message: String
        /// As in `.status.loadBalancer.ingress`; may be empty.
        public var field: String

        private enum Key: String, CodingKey {
            case reason, message, field
        }

        /// Absent members are empty; throws for what is no `Status`.
        public init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            reason = try container.decode(.reason, default: "")
            message = try container.decode(.message, default: "")
            field = try container.decode(.field, default: "")
        }
    }

    /// The HTTP status it stands for.
    public var code: Int
    /// As in `Conflict`; empty when not told.
    public var reason: String
    /// A sentence for people.
    public var message: String
    /// More precise than `message`; often empty.
    public var causes: [Cause]
    /// How long the server asks to wait.
    public var retryAfter: Duration?
    /// A token that continues a list, inconsistently, whose own token has expired.
    public var continueToken: String

    /// A status that no server sent.
    public init(code: Int, reason: String = "", message: String, retryAfter: Duration? = nil) {
        self.code = code
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
        causes = []
        continueToken = ""
    }

    private enum Key: String, CodingKey {
        case kind, code, reason, message, details, metadata
    }

    private enum DetailsKey: String, CodingKey {
        case causes, retryAfterSeconds
    }

    /// Absent members are empty; throws for what is no `Status`.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        guard try container.decode(.kind, default: "") == "Status" else {
            throw DecodingError.dataCorruptedError(
                forKey: .kind, in: container, debugDescription: "not a Status")
        }
        code = try container.decode(.code, default: 0)
        reason = try container.decode(.reason, default: "")
        message = try container.decode(.message, default: "")
        continueToken = (try? container.decode(ListMeta.self, forKey: .metadata))?.continueToken ?? ""
        causes = []
        if let details = try? container.nestedContainer(keyedBy: DetailsKey.self, forKey: .details) {
            causes = (try? details.decode(.causes, default: [])) ?? []
            let seconds: Int64 = (try? details.decode(.retryAfterSeconds, default: 0)) ?? 0
            if seconds > 0 { retryAfter = .seconds(min(seconds, 3600)) }
        }
    }

    /// The resource version asked for is gone: everything must be read again.
    public var isExpired: Bool { code == 410 || reason == "Expired" || reason == "Gone" }

    /// The namespace is being deleted, so that nothing new may be made in it; a server says 403.
    public var isAboutEndOfNamespace: Bool { causes.contains { $0.reason == "NamespaceTerminating" } }

    /// A role does not permit it. A webhook or policy that denies a request, a quota, and a namespace that is being deleted
    /// answer 403, too, but no role would change that.
    public var isAboutPermission: Bool {
        guard code == 403, !isAboutEndOfNamespace else { return false }
        if message.contains(" cannot ") { return true }
        return !message.contains("denied") && !message.contains("exceeded quota")
    }

    /// A webhook that must admit the object cannot be reached: others may be admitted.
    public var isAboutWebhook: Bool { code == 500 && message.contains("failed calling webhook") }

    /// The resource version asked for is newer than any the server has.
    public var isFromTheFuture: Bool { causes.contains { $0.reason == "ResourceVersionTooLarge" } }
}
