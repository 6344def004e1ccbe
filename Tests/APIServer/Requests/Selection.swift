/// Which objects of a collection a request means: namespace, label selector, field selector.
struct Selection: Sendable {
    private enum Requirement: Sendable {
        case equals(String, String)
        case differs(String, String)
        case oneOf(String, [String])
        case noneOf(String, [String])
        case exists(String)
        case absent(String)
    }

    private let namespace: String
    private let labels: [Requirement]
    private let fields: [Requirement]

    init(_ target: Target, _ query: [String: String]) throws(Refusal) {
        namespace = target.namespace
        labels = try Self.labelRequirements(query["labelSelector"] ?? "")
        var fields = try Self.fieldRequirements(query["fieldSelector"] ?? "", of: target.kind)
        if !target.name.isEmpty { fields.append(.equals("metadata.name", target.name)) }
        self.fields = fields
    }

    var isEverything: Bool { labels.isEmpty && fields.isEmpty }

    func matches(_ stored: Stored) -> Bool {
        guard namespace.isEmpty || stored.namespace == namespace else { return false }
        let own = stored.metadata["labels"]
        return labels.allSatisfy { Self.holds($0) { own?[$0]?.string } }
            && fields.allSatisfy { Self.holds($0) { Self.field($0, of: stored) } }
    }

    private static func holds(_ requirement: Requirement, _ value: (String) -> String?) -> Bool {
        switch requirement {
        case .equals(let name, let wanted): value(name) == wanted
        case .differs(let name, let unwanted): value(name) != unwanted
        case .oneOf(let name, let wanted): value(name).map(wanted.contains) ?? false
        case .noneOf(let name, let unwanted): !(value(name).map(unwanted.contains) ?? false)
        case .exists(let name): value(name) != nil
        case .absent(let name): value(name) == nil
        }
    }

    // MARK: - Fields

    private static let fieldsOfKinds: [ResourceKind: Set<String>] = [
        .service: ["spec.clusterIP", "spec.type"],
        .node: ["spec.unschedulable"],
        .namespace: ["status.phase"],
        .event: ["reason", "type", "regarding.kind", "regarding.name", "regarding.namespace", "regarding.uid"],
        .coreEvent: [
            "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid", "reason",
            "type", "source", "reportingComponent",
        ],
    ]

    private static func field(_ path: String, of stored: Stored) -> String? {
        var found: JSON? = stored.object
        for step in path.split(separator: ".") { found = found?[String(step)] }
        switch found {
        case .string(let text): return text
        case .bool(let value): return "\(value)"
        case .integer(let value): return "\(value)"
        default: return ""
        }
    }

    private static func fieldRequirements(_ text: String, of kind: ResourceKind) throws(Refusal) -> [Requirement] {
        let known = (fieldsOfKinds[kind] ?? []).union(["metadata.name"]).union(
            kind.isNamespaced ? ["metadata.namespace"] : [])
        var found: [Requirement] = []
        for term in text.split(separator: ",") {
            guard let (name, isEqual, value) = comparison(term) else {
                throw .badRequest("invalid selector: '\(text)'; can't understand '\(term)'")
            }
            guard known.contains(name) else { throw .badRequest("field label not supported: \(name)") }
            found.append(isEqual ? .equals(name, value) : .differs(name, value))
        }
        return found
    }

    private static func comparison(_ term: Substring) -> (String, Bool, String)? {
        for (mark, isEqual) in [("!=", false), ("==", true), ("=", true)] {
            guard let range = term.firstRange(of: mark) else { continue }
            return (trim(term[..<range.lowerBound]), isEqual, trim(term[range.upperBound...]))
        }
        return nil
    }

    private static func trim(_ text: Substring) -> String { String(text.filter { $0 != " " }) }

    // MARK: - Labels

    private static func labelRequirements(_ text: String) throws(Refusal) -> [Requirement] {
        var found: [Requirement] = []
        for term in terms(text) {
            if let (name, isEqual, value) = comparison(term) {
                found.append(isEqual ? .equals(name, value) : .differs(name, value))
            } else if let open = term.firstIndex(of: "("), term.hasSuffix(")") {
                let values = term[open...].dropFirst().dropLast().split(separator: ",").map(trim)
                let words = term[..<open].split(separator: " ").map(String.init)
                guard words.count == 2, ["in", "notin"].contains(words[1]) else { throw unreadable(text) }
                found.append(words[1] == "in" ? .oneOf(words[0], values) : .noneOf(words[0], values))
            } else {
                let name = trim(term)
                guard !name.isEmpty else { throw unreadable(text) }
                found.append(name.hasPrefix("!") ? .absent(String(name.dropFirst())) : .exists(name))
            }
        }
        return found
    }

    /// Split at the commas outside brackets.
    private static func terms(_ text: String) -> [Substring] {
        var depth = 0
        return text.split { character in
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            return character == "," && depth == 0
        }
    }

    private static func unreadable(_ text: String) -> Refusal {
        .badRequest("unable to parse requirement: '\(text)'")
    }
}
