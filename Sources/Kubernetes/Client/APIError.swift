public import HTTPTransfer

/// Why a request to the API server came to nothing.
public struct APIError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was asked for.
    public struct Operation: Hashable, Sendable {
        /// As RBAC names it: `get`, `list`, `watch`, `create`, `update`, `patch` or `delete`.
        public let verb: String
        /// As RBAC names it, as in `services/status`.
        public let resource: String
        /// Empty for the core group.
        public let group: String
        /// Nil: all namespaces, or the kind is in none.
        public let namespace: String?
        /// Nil for collections.
        public let name: String?

        /// An operation on a collection or one of its objects.
        public init(verb: String, resource: String, group: String, namespace: String?, name: String?) {
            self.verb = verb
            self.resource = resource
            self.group = group
            self.namespace = namespace
            self.name = name
        }

        /// A sentence for when it is not permitted: which permission is missing, and in which namespace.
        public var refusal: String {
            let place = namespace.map { " in namespace \($0)" } ?? ""
            return "the API server does not allow us to \(verb) \(resource)\(place); \(cureOfRefusal)"
        }

        fileprivate var cureOfRefusal: String { "grant '\(verb)' on '\(resource)' in the API group '\(group)'" }
    }

    /// What went wrong.
    public enum Reason: Hashable, Sendable {
        /// No answer.
        case transfer(TransferError)
        /// The server refused.
        case status(Status)
        /// The answer is not what it should be.
        case unreadable(String)
        /// Token, certificate or plugin could not be had.
        case credentials(String)
    }

    /// What failed.
    public let operation: Operation
    /// Why.
    public let reason: Reason

    /// An operation that failed, and why.
    public init(_ operation: Operation, _ reason: Reason) {
        self.operation = operation
        self.reason = reason
    }

    /// The server's own words; nil when it gave none.
    public var status: Status? {
        guard case .status(let status) = reason else { return nil }
        return status
    }

    /// There is no such object, or no such kind.
    public var isNotFound: Bool { status?.code == 404 }
    /// The object was changed in the meantime.
    public var isConflict: Bool {
        status.map { $0.code == 409 && $0.reason != "AlreadyExists" } ?? false
    }
    /// There is an object of that name.
    public var isAlreadyExists: Bool { status?.reason == "AlreadyExists" }
    /// The server does not permit it, and a role could.
    public var isForbidden: Bool { status?.isAboutPermission ?? false }
    /// The namespace is being deleted, or gone.
    public var isAboutEndOfNamespace: Bool { status?.isAboutEndOfNamespace ?? false }
    /// The server cannot be reached or cannot take requests now: the object is not to blame.
    public var isAway: Bool {
        switch reason {
        case .transfer, .credentials: true
        case .status(let status):
            status.code == 401 || status.code == 429 || status.code >= 500 && !status.isAboutWebhook
        case .unreadable: false
        }
    }
    /// The task was cancelled, or the program is about to end.
    public var isCancelled: Bool {
        guard case .transfer(let error) = reason else { return false }
        return error.kind == .cancelled || error.kind == .shutDown
    }

    /// One sentence, without secrets.
    public var description: String {
        switch reason {
        case .transfer(let error): "cannot \(phrase): \(error)"
        case .unreadable(let text): "cannot \(phrase): the answer is not understood: \(text)"
        case .credentials(let text): "cannot \(phrase): \(text)"
        case .status(let status): description(of: status)
        }
    }

    private func description(of status: Status) -> String {
        switch status.code {
        case 403 where status.isAboutPermission:
            "the API server does not allow us to \(phrase); \(operation.cureOfRefusal)"
        case 401: "cannot \(phrase): the API server does not accept our credentials"
        default:
            "cannot \(phrase): \(status.message.isEmpty ? "status \(status.code)" : status.message)"
        }
    }

    /// As in `patch services/status web in namespace default`.
    private var phrase: String {
        var words = [operation.verb, operation.resource]
        if let name = operation.name { words.append(name) }
        if let namespace = operation.namespace { words.append("in namespace \(namespace)") }
        return words.joined(separator: " ")
    }
}
