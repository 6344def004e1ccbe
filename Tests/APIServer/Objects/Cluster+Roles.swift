/// RBAC objects, read as the rules that they stand for.
extension Cluster {
    private static let roles = ResourceKind.all.filter { $0.group == "rbac.authorization.k8s.io" }

    static func isAboutRoles(_ kind: ResourceKind) -> Bool { roles.contains(kind) }

    /// Reads all roles and bindings again. Subjects are service accounts; names of resources in rules are not known.
    func readRoles() {
        var rules: [String: [Authorizer.Rule]] = [:]
        for kind in Self.roles where kind.kind.hasSuffix("Binding") {
            for binding in storage.all(kind) {
                let found = Self.rules(of: role(of: binding), in: kind.isNamespaced ? binding.namespace : nil)
                for subject in binding.object["subjects"]?.array ?? [] where subject["kind"] == "ServiceAccount" {
                    let parts = [subject["namespace"], subject["name"]].map { $0?.string ?? "" }
                    rules["system:serviceaccount:\(parts[0]):\(parts[1])", default: []] += found
                }
            }
        }
        authorizer.setRules(rules)
    }

    private func role(of binding: Stored) -> Stored? {
        let reference = binding.object["roleRef"]
        guard let kind = Self.roles.first(where: { $0.kind == reference?["kind"]?.string }) else { return nil }
        let namespace = kind.isNamespaced ? binding.namespace : ""
        return storage.object(kind, Stored.key(namespace: namespace, name: reference?["name"]?.string ?? ""))
    }

    private static func rules(of role: Stored?, in namespace: String?) -> [Authorizer.Rule] {
        (role?.object["rules"]?.array ?? []).map { rule in
            let lists = ["apiGroups", "resources", "verbs", "resourceNames"].map { name in
                Set((rule[name]?.array ?? []).compactMap(\.string))
            }
            return Authorizer.Rule(
                groups: lists[0], resources: lists[1], verbs: lists[2], names: lists[3], namespace: namespace)
        }
    }
}
