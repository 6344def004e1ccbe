import NIOCore

/// Many Services at once, made by the server itself so that making them takes as little time as it can.
extension Dispatcher {
    private static let turn = 20
    private static let limit: Int64 = 20_000

    func performOnCrowds(_ name: String, _ body: JSON) -> JSON? {
        let count = min(max(body["count"]?.integer ?? 1, 1), Self.limit)
        let prefix = body["prefix"]?.string ?? "service-"
        switch name {
        case "crowd/create": createCrowd(prefix, 0..<Int(count))
        case "crowd/touch": touchCrowd(prefix, Int(count), round: body["round"]?.integer ?? 0)
        case "crowd/delete": cluster.deleteServices(prefix)
        case "stopwatch":
            defer { if body["clear"] == true { stopwatch.clear() } }
            return stopwatch.body
        default: return nil
        }
        return .empty
    }

    /// Some at a time, so that requests are answered in between.
    private func createCrowd(_ prefix: String, _ numbers: Range<Int>) {
        for number in numbers.prefix(Self.turn) { cluster.createService("\(prefix)\(number)") }
        let rest = numbers.dropFirst(Self.turn)
        guard !rest.isEmpty else { return }
        later { $0.createCrowd(prefix, rest) }
    }

    private func touchCrowd(_ prefix: String, _ count: Int, round: Int64) {
        for number in 0..<count { cluster.touchService("\(prefix)\(number)", round: round) }
    }
}

extension Cluster {
    private static let crowd = "bench"

    func createService(_ name: String) {
        let author = Author(manager: "bench")
        if storage.object(.namespace, Self.crowd) == nil {
            let namespace: JSON = ["metadata": ["name": .string(Self.crowd)]]
            _ = try? create(namespace, .namespace, namespace: "", by: author)
        }
        let slice: JSON = [
            "metadata": [
                "name": .string("\(name)-slice"), "labels": ["kubernetes.io/service-name": .string(name)],
            ],
            "addressType": "IPv4",
            "endpoints": [
                ["addresses": ["10.244.1.2"], "conditions": ["ready": true], "nodeName": "node1"],
                ["addresses": ["10.244.2.2"], "conditions": ["ready": true], "nodeName": "node2"],
            ],
            "ports": [["name": "http", "port": 8080, "protocol": "TCP"]],
        ]
        let service: JSON = [
            "metadata": ["name": .string(name), "labels": ["app": .string(name)]],
            "spec": [
                "type": "LoadBalancer", "selector": ["app": .string(name)],
                "ports": [["name": "http", "port": 80, "targetPort": 8080, "protocol": "TCP"]],
            ],
        ]
        _ = try? create(slice, .endpointSlice, namespace: Self.crowd, by: author)
        _ = try? create(service, .service, namespace: Self.crowd, by: author)
    }

    func touchService(_ name: String, round: Int64) {
        guard let target = (try? Target(path: "/api/v1/namespaces/\(Self.crowd)/services/\(name)")) ?? nil,
            let old = storage.object(.service, target.key)
        else { return }
        let patch: JSON = ["metadata": ["annotations": ["example.com/round": .integer(round)]]]
        var new = Patching.merge(patch, into: old.object)
        new["metadata"]?["annotations"]?["example.com/round"] = .string("\(round)")
        _ = try? write(new, over: old, by: Author(manager: "bench"), target)
    }

    func deleteServices(_ prefix: String) {
        for service in storage.all(.service) where service.name.hasPrefix(prefix) {
            services.releaseAll(of: service)
            storage.remove(.service, service.key)
            storage.remove(.endpointSlice, "\(service.namespace)/\(service.name)-slice")
        }
    }
}
