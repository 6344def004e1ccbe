/// The API without its transport: a request in, an answer out.
///
/// Lives on one event loop.
final class Cluster {
    let storage: Storage
    var services = ServiceRules()
    var authorizer = Authorizer()
    /// Off, `sendInitialEvents` is refused, as by servers that are older or have the feature gate off.
    var offersStreamingLists = true
    private var nextName: UInt64 = 0

    init(historyLimit: Int) {
        storage = Storage(historyLimit: historyLimit)
        for name in ["default", "kube-system", "kube-public", "kube-node-lease"] {
            let namespace: JSON = ["metadata": ["name": .string(name)]]
            _ = try? create(namespace, .namespace, namespace: "", by: Author(manager: "kube-apiserver"))
        }
        let kubernetes: JSON = [
            "metadata": ["name": "kubernetes", "labels": ["component": "apiserver", "provider": "kubernetes"]],
            "spec": [
                "clusterIP": "10.96.0.1", "ipFamilyPolicy": "SingleStack",
                "ports": [["name": "https", "port": 443, "targetPort": 6443]],
            ],
        ]
        _ = try? create(kubernetes, .service, namespace: "default", by: Author(manager: "kube-apiserver"))
        let ranges: JSON = [
            "metadata": ["name": "kubernetes"], "spec": ["cidrs": .array(ServiceRules.ranges.map { .string($0) })],
        ]
        _ = try? create(ranges, .serviceCIDR, namespace: "", by: Author(manager: "kube-apiserver"))
    }

    /// Who writes, and how.
    struct Author {
        var manager: String
        var subresource = ""
        var isDryRun = false
        var isForced = false
    }

    func answer(_ request: Request) -> Answer {
        do throws(Refusal) {
            let user = try authorizer.user(of: request)
            guard accepts(request) else { return Self.notAcceptable }
            if let answer = try extraAnswer(request, user) { return answer }
            guard let target = try Target(path: request.path) else { return .text("404 page not found\n", code: 404) }
            try authorizer.check(user, mayDo: try verb(of: request, target), target)
            switch request.method {
            case "GET" where target.name.isEmpty: return try list(request, target)
            case "GET" where request.flag("watch"): return try watch(request, target)
            case "GET": return try .object(find(target), warnings: Self.warnings(target.kind))
            case "POST" where target.name.isEmpty: return try create(request, target)
            case "PUT" where !target.name.isEmpty: return try update(request, target)
            case "PATCH" where !target.name.isEmpty: return try patch(request, target)
            case "DELETE": return try delete(request, target)
            default: throw .wrongMethod
            }
        } catch { return .refusal(error) }
    }

    private func verb(of request: Request, _ target: Target) throws(Refusal) -> String {
        switch request.method {
        case "GET" where request.flag("watch"): "watch"
        case "GET": target.name.isEmpty ? "list" : "get"
        case "POST": "create"
        case "PUT": "update"
        case "PATCH": "patch"
        case "DELETE": target.name.isEmpty ? "deletecollection" : "delete"
        default: throw .wrongMethod
        }
    }

    func find(_ target: Target) throws(Refusal) -> Stored {
        guard target.subresource.isEmpty || target.subresource == "status" && target.kind.hasStatus else {
            throw .noSuchResource
        }
        guard let found = storage.object(target.kind, target.key) else { throw .notFound(target.name, target.kind) }
        return found
    }

    private static func warnings(_ kind: ResourceKind) -> [String] {
        kind.plural == "endpoints"
            ? ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"] : []
    }

    /// A name that begins so.
    func makeName(_ beginning: String) -> String {
        nextName += 1
        let ending = String(nextName + 100_000, radix: 36)
        return beginning + ending
    }

    // MARK: - Forms of answers

    private func accepts(_ request: Request) -> Bool {
        guard let accept = request.headers["accept"], !accept.isEmpty else { return true }
        return accept.split(separator: ",").contains { form in
            let name = form.split(separator: ";").first.map { $0.filter { $0 != " " } } ?? ""
            let isTable = form.contains("as=Table") || form.contains("as=APIGroupDiscoveryList")
            return ["application/json", "application/*", "*/*"].contains(name) && !isTable
        }
    }

    private static let notAcceptable = Answer.whole(
        Answer.Whole(
            code: 406,
            body: Array(
                Refusal(
                    code: 406, reason: "NotAcceptable",
                    message: "406: Not Acceptable\n\nAvailable representations: application/json", details: .empty
                ).body.indented().utf8)))
}
