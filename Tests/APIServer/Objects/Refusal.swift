/// An answer that says no, as the `Status` object it becomes.
struct Refusal: Error, Sendable {
    var code: Int
    var reason: String?
    var message: String
    var details: JSON?
    var metadata = JSON.empty
    /// Seconds for a `Retry-After` header.
    var retryAfter: Int?

    var body: JSON {
        var status: JSON = [
            "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
            "message": .string(message),
        ]
        status["reason"] = reason.map { .string($0) }
        status["details"] = details
        status["code"] = .integer(Int64(code))
        return status
    }

    static func badRequest(_ message: String) -> Refusal {
        Refusal(code: 400, reason: "BadRequest", message: message)
    }

    static let unauthorized = Refusal(code: 401, reason: "Unauthorized", message: "Unauthorized")

    static func namespaceEnds(_ namespace: String, _ name: String, _ kind: ResourceKind) -> Refusal {
        let why = "namespace \(namespace) is being terminated"
        var details = details(name, kind)
        details["causes"] = [
            ["reason": "NamespaceTerminating", "message": .string(why), "field": "metadata.namespace"]
        ]
        return Refusal(
            code: 403, reason: "Forbidden",
            message: "\(kind.qualifiedName) \"\(name)\" is forbidden: unable to create new content in namespace "
                + "\(namespace) because it is being terminated",
            details: details)
    }

    static let noSuchResource = Refusal(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: .empty)

    static let wrongMethod = Refusal(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource", details: .empty)

    static let patchRejected = Refusal(
        code: 422, reason: "Invalid", message: "the server rejected our request due to an error in our request",
        details: .empty)

    static func notFound(_ name: String, _ kind: ResourceKind) -> Refusal {
        Refusal(
            code: 404, reason: "NotFound", message: "\(kind.qualifiedName) \"\(name)\" not found",
            details: details(name, kind))
    }

    static func alreadyExists(_ name: String, _ kind: ResourceKind) -> Refusal {
        Refusal(
            code: 409, reason: "AlreadyExists", message: "\(kind.qualifiedName) \"\(name)\" already exists",
            details: details(name, kind))
    }

    static func conflict(_ name: String, _ kind: ResourceKind, _ why: String? = nil) -> Refusal {
        let why =
            why ?? "the object has been modified; please apply your changes to the latest version and try again"
        return Refusal(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(kind.qualifiedName) \"\(name)\": \(why)",
            details: details(name, kind))
    }

    private static func details(_ name: String, _ kind: ResourceKind, isKindSingular: Bool = false) -> JSON {
        var details: JSON = ["name": .string(name)]
        if !kind.group.isEmpty, !isKindSingular || kind.qualifiedKind != kind.kind {
            details["group"] = .string(kind.group)
        }
        details["kind"] = .string(isKindSingular ? kind.kind : kind.plural)
        return details
    }

    /// One thing that is wrong with a field.
    struct Cause: Sendable {
        let reason: String
        let message: String
        let field: String

        static func invalid(_ field: String, _ value: JSON, _ why: String) -> Cause {
            Cause(reason: "FieldValueInvalid", message: "Invalid value: \(value.shown): \(why)", field: field)
        }
        static func required(_ field: String, _ why: String? = nil) -> Cause {
            Cause(
                reason: "FieldValueRequired", message: "Required value" + (why.map { ": \($0)" } ?? ""), field: field)
        }
        static func forbidden(_ field: String, _ why: String) -> Cause {
            Cause(reason: "FieldValueForbidden", message: "Forbidden: \(why)", field: field)
        }
        static func unsupported(_ field: String, _ value: JSON, _ supported: [String]) -> Cause {
            let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
            return Cause(
                reason: "FieldValueNotSupported",
                message: "Unsupported value: \(value.shown): supported values: \(list)", field: field)
        }

        var body: JSON { ["reason": .string(reason), "message": .string(message), "field": .string(field)] }
    }

    static func invalid(_ name: String, _ kind: ResourceKind, _ causes: [Cause]) -> Refusal {
        invalid(title: "\(kind.qualifiedKind) \"\(name)\"", details(name, kind, isKindSingular: true), causes)
    }

    /// Of an update without `metadata.resourceVersion`: named by the resource and not by the kind.
    static func invalidUpdate(_ name: String, _ kind: ResourceKind, _ causes: [Cause]) -> Refusal {
        invalid(title: "\(kind.qualifiedName) \"\(name)\"", details(name, kind), causes)
    }

    /// Of the options of a request.
    static func invalidOptions(_ options: String, _ causes: [Cause]) -> Refusal {
        invalid(
            title: "\(options).meta.k8s.io \"\"", ["group": "meta.k8s.io", "kind": .string(options)], causes)
    }

    /// Of a patch whose outcome is no object of the kind.
    static func unreadablePatch(_ object: JSON, _ why: String) -> Refusal {
        invalid(title: " \"\"", .empty, [.invalid("patch", .string(object.text), why)])
    }

    private static func invalid(title: String, _ details: JSON, _ causes: [Cause]) -> Refusal {
        let said = causes.map { "\($0.field): \($0.message)" }
        let list = said.count == 1 ? said[0] : "[\(said.joined(separator: ", "))]"
        var details = details
        details["causes"] = .array(causes.map(\.body))
        return Refusal(code: 422, reason: "Invalid", message: "\(title) is invalid: \(list)", details: details)
    }
}
