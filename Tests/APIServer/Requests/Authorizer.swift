/// Who a request comes from, and what that user may do.
///
/// Users with a role may do what its rules say, as RBAC has it; a denial on command counts more than a role.
struct Authorizer {
    struct Rule: Sendable {
        var groups: Set<String>
        var resources: Set<String>
        var verbs: Set<String>
        /// Of the objects; empty: all, and such as have none yet.
        var names: Set<String> = []
        /// Nil: all.
        var namespace: String?

        func allows(_ verb: String, _ resource: String, _ name: String, of group: String, in place: String) -> Bool {
            (namespace ?? place) == place && (names.isEmpty || names.contains(name))
                && (verbs.contains("*") || verbs.contains(verb))
                && (groups.contains("*") || groups.contains(group))
                && (resources.contains("*") || resources.contains(resource))
        }
    }

    /// A permission taken away for a while. Nil: any.
    struct Denial: Sendable, Equatable {
        var user: String?
        var verb: String?
        /// As in RBAC rules: `services/status`.
        var resource: String?
    }

    static let administrator = "system:admin"
    static let anonymous = "system:anonymous"

    private(set) var users: [String: String] = [:]
    private var rules: [String: [Rule]] = [administrator: [Rule(groups: ["*"], resources: ["*"], verbs: ["*"])]]
    var denials: [Denial] = []
    /// Without it, a request without a token is 401.
    var allowsAnonymous = true

    mutating func setToken(_ token: String, of user: String) {
        users = users.filter { $0.value != user }
        users[token] = user
    }

    /// Replaces the rules of all users but the administrator.
    mutating func setRules(_ new: [String: [Rule]]) {
        rules = new.merging(rules.filter { $0.key == Self.administrator }) { _, own in own }
    }

    /// Makes every token of the user worthless.
    mutating func expireTokens(of user: String) {
        users = users.filter { $0.value != user }
    }

    func user(of request: Request) throws(Refusal) -> String {
        if request.isLocal { return Self.administrator }
        guard let header = request.headers["authorization"] else {
            guard allowsAnonymous else { throw .unauthorized }
            return Self.anonymous
        }
        let words = header.split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer", let user = users[String(words[1])] else {
            throw .unauthorized
        }
        return user
    }

    func check(_ user: String, mayDo verb: String, _ target: Target) throws(Refusal) {
        guard !isAllowed(user, verb, target.resource, target.name, of: target.kind.group, in: target.namespace) else {
            return
        }
        let group = target.kind.group
        let place =
            target.namespace.isEmpty ? "at the cluster scope" : "in the namespace \"\(target.namespace)\""
        let object = target.name.isEmpty ? "" : " \"\(target.name)\""
        var details: JSON = target.name.isEmpty ? .empty : ["name": .string(target.name)]
        if !group.isEmpty { details["group"] = .string(group) }
        details["kind"] = .string(target.kind.plural)
        throw Refusal(
            code: 403, reason: "Forbidden",
            message: "\(target.kind.qualifiedName)\(object) is forbidden: User \"\(user)\" cannot \(verb) resource "
                + "\"\(target.resource)\" in API group \"\(group)\" \(place)",
            details: details)
    }

    func isAllowed(
        _ user: String, _ verb: String, _ resource: String, _ name: String = "", of group: String, in place: String
    ) -> Bool {
        let isDenied = denials.contains {
            ($0.user ?? user) == user && ($0.verb ?? verb) == verb && ($0.resource ?? resource) == resource
        }
        return (!isDenied || user == Self.administrator)
            && (rules[user] ?? []).contains { $0.allows(verb, resource, name, of: group, in: place) }
    }
}
