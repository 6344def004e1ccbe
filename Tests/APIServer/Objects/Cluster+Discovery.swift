import FoundationEssentials

/// What is no resource that is kept: health, versions, discovery, reviews.
extension Cluster {
    func extraAnswer(_ request: Request, _ user: String) throws(Refusal) -> Answer? {
        switch (request.method, request.path) {
        case ("GET", "/readyz"), ("GET", "/livez"), ("GET", "/healthz"):
            return .text(request.query["verbose"] == nil ? "ok" : "[+]ping ok\nreadyz check passed\n")
        case ("GET", "/version"): return .whole(Answer.Whole(body: Array(Self.version.indented().utf8)))
        case ("GET", "/api"):
            return .json([
                "kind": "APIVersions", "versions": ["v1"],
                "serverAddressByClientCIDRs": [["clientCIDR": "0.0.0.0/0", "serverAddress": "127.0.0.1:6443"]],
            ])
        case ("GET", "/apis"): return .json(Self.groups)
        case ("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"):
            return .json(try review(request, user, kind: "SelfSubjectAccessReview"), code: 201)
        case ("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews"):
            guard user == Authorizer.administrator else { return nil }
            return .json(try review(request, nil, kind: "SubjectAccessReview"), code: 201)
        case ("POST", _): return try token(request, user)
        case ("GET", _): return Self.resources(at: request.path).map { .json($0) }
        default: return nil
        }
    }

    private static let version: JSON = [
        "major": "1", "minor": "36", "emulationMajor": "1", "emulationMinor": "36", "minCompatibilityMajor": "1",
        "minCompatibilityMinor": "35", "gitVersion": "v1.36.2+herald-test", "gitCommit": "", "gitTreeState": "clean",
        "buildDate": "1970-01-01T00:00:00Z", "goVersion": "none", "compiler": "swiftc", "platform": "linux/amd64",
    ]

    private static let groups: JSON = {
        let names = Set(ResourceKind.all.map(\.group)).subtracting([""]).sorted()
        let groups = names.map { name -> JSON in
            let version: JSON = ["groupVersion": .string("\(name)/v1"), "version": "v1"]
            return ["name": .string(name), "versions": [version], "preferredVersion": version]
        }
        return ["kind": "APIGroupList", "apiVersion": "v1", "groups": .array(groups)]
    }()

    private static func resources(at path: String) -> JSON? {
        let parts = path.split(separator: "/").map(String.init)
        let group: String
        switch parts.first {
        case "api" where parts.count == 2: group = ""
        case "apis" where parts.count == 3: group = parts[1]
        default: return nil
        }
        let kinds = ResourceKind.all.filter { $0.group == group && $0.version == parts.last }
        guard let first = kinds.first else { return nil }
        var answer: JSON = ["kind": "APIResourceList"]
        if !group.isEmpty { answer["apiVersion"] = "v1" }
        answer["groupVersion"] = .string(first.apiVersion)
        answer["resources"] = .array(kinds.flatMap(resources))
        return answer
    }

    private static func resources(of kind: ResourceKind) -> [JSON] {
        var object: JSON = [
            "name": .string(kind.plural), "singularName": .string(kind.kind.lowercased()),
            "namespaced": .bool(kind.isNamespaced), "kind": .string(kind.kind),
            "verbs": ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"],
            "storageVersionHash": "",
        ]
        if !kind.shortNames.isEmpty { object["shortNames"] = .array(kind.shortNames.map { .string($0) }) }
        let status: JSON = [
            "name": .string("\(kind.plural)/status"), "singularName": "", "namespaced": .bool(kind.isNamespaced),
            "kind": .string(kind.kind), "verbs": ["get", "patch", "update"],
        ]
        return kind.hasStatus ? [object, status] : [object]
    }

    /// Nil: of the user that the request names.
    private func review(_ request: Request, _ user: String?, kind: String) throws(Refusal) -> JSON {
        guard let body = try? JSONReader.read(request.body) else { throw .badRequest("not JSON") }
        let user = user ?? body[path: "spec", "user"]?.string ?? ""
        let wanted = body[path: "spec", "resourceAttributes"] ?? .empty
        let sub = wanted["subresource"]?.string ?? ""
        let resource = (wanted["resource"]?.string ?? "") + (sub.isEmpty ? "" : "/\(sub)")
        let isAllowed = authorizer.isAllowed(
            user, wanted["verb"]?.string ?? "", resource, wanted["name"]?.string ?? "",
            of: wanted["group"]?.string ?? "", in: wanted["namespace"]?.string ?? "")
        var spec = body["spec"] ?? .empty
        spec["resourceAttributes"] = wanted
        var owners = FieldOwners()
        owners.update(
            from: .empty, to: ["spec": spec], manager: "client", subresource: "", at: WallTime.seconds)
        return [
            "kind": .string(kind), "apiVersion": "authorization.k8s.io/v1",
            "metadata": ["managedFields": owners.body(apiVersion: "authorization.k8s.io/v1")], "spec": spec,
            "status": ["allowed": .bool(isAllowed)],
        ]
    }

    /// A token for a service account, good until another is asked for.
    private func token(_ request: Request, _ user: String) throws(Refusal) -> Answer? {
        let parts = request.path.split(separator: "/").map(String.init)
        guard parts.count == 7, parts[0] == "api", parts[2] == "namespaces", parts[4] == "serviceaccounts",
            parts[6] == "token"
        else { return nil }
        guard authorizer.isAllowed(user, "create", "serviceaccounts/token", of: "", in: parts[3]) else {
            throw Refusal(code: 403, reason: "Forbidden", message: "serviceaccounts/token is forbidden")
        }
        guard let account = storage.object(Self.serviceAccount, "\(parts[3])/\(parts[5])") else {
            throw .notFound(parts[5], Self.serviceAccount)
        }
        let body = (try? JSONReader.read(request.body)) ?? .empty
        let token = UUID().uuidString + UUID().uuidString
        authorizer.setToken(token, of: "system:serviceaccount:\(parts[3]):\(parts[5])")
        var owners = FieldOwners()
        owners.update(
            from: .empty, to: ["spec": body["spec"] ?? .empty], manager: "client", subresource: "token",
            at: WallTime.seconds)
        return .json(
            [
                "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
                "metadata": [
                    "name": .string(account.name), "namespace": .string(account.namespace),
                    "uid": .string(account.uid), "creationTimestamp": .string(WallTime.seconds),
                    "managedFields": owners.body(apiVersion: "authentication.k8s.io/v1"),
                ],
                "spec": [
                    "audiences": ["https://kubernetes.default.svc.cluster.local"],
                    "expirationSeconds": body[path: "spec", "expirationSeconds"] ?? 3600, "boundObjectRef": .null,
                ],
                "status": ["token": .string(token), "expirationTimestamp": .string(WallTime.seconds)],
            ], code: 201)
    }

    private static let serviceAccount = ResourceKind(
        group: "", version: "v1", plural: "serviceaccounts", kind: "ServiceAccount", isNamespaced: true)
}
