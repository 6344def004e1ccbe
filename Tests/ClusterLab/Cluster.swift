package import APIServer
import Foundation
import HTTPTransfer
package import Lab
package import NetworkTypes

/// A control plane that a lab's nodes can reach, and the objects of one test.
package final class Cluster: Sendable {
    package let lab: Lab
    package let lan: Switch
    package let client: Node
    package let plane: ControlPlane
    package let relay: Relay
    /// Holds the Services of the test.
    package let namespace: String
    /// herald's own: its account and its lease.
    package let system: String
    private let token: String

    /// The API server's address in the lab.
    private let server: IPAddress
    private static let port: UInt16 = 6443

    fileprivate init(_ lab: Lab, _ plane: ControlPlane, subnet: CIDR?) async throws {
        self.lab = lab
        self.plane = plane
        lan = try lab.addSwitch(ipv4: subnet)
        client = try lab.addNode("client", on: lan)
        let host = try lab.addNode("api", on: lan, host: 250)
        server = host.ipv4
        relay = try await Relay.start(
            in: host.namespaceName, on: server.description, port: Self.port, to: plane.endpoint.port)
        let suffix = UUID().uuidString.prefix(8).lowercased()
        namespace = "test-\(suffix)"
        system = "herald-\(suffix)"
        try await plane.create("/api/v1/namespaces", ["metadata": ["name": .string(namespace)]])
        token = try await plane.makeAccount(in: system)
    }

    /// Removes what other tests would meet.
    fileprivate func clear() async throws {
        for service in try await plane.list(services) {
            let path = "\(services)/\(service[path: "metadata", "name"]?.string ?? "")"
            if service[path: "metadata", "finalizers"] != nil {
                try await plane.patch(path, ["metadata": ["finalizers": .null]])
            }
            try await plane.delete(path)
        }
        for slice in try await plane.list(slices) {
            try await plane.delete("\(slices)/\(slice[path: "metadata", "name"]?.string ?? "")")
        }
        for node in try await plane.list(ControlPlane.nodes) {
            try await plane.delete("\(ControlPlane.nodes)/\(node[path: "metadata", "name"]?.string ?? "")")
        }
        try await plane.delete("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/herald-\(system)")
        if plane.commands != nil { try await plane.command("faults/clear") }
    }

    // MARK: - Paths

    package var services: String { "/api/v1/namespaces/\(namespace)/services" }
    package var slices: String { "/apis/discovery.k8s.io/v1/namespaces/\(namespace)/endpointslices" }
    package var events: String { "/apis/events.k8s.io/v1/namespaces/\(namespace)/events" }
    package var lease: String { "/apis/coordination.k8s.io/v1/namespaces/\(system)/leases/herald-allocator" }
    package func service(_ name: String) -> String { "\(services)/\(name)" }
    package func node(_ herald: HeraldNode) -> String { "\(ControlPlane.nodes)/\(herald.name)" }

    // MARK: - herald

    /// A computer of the lab with herald on it, not started yet, and its Node object.
    package func addHerald(_ name: String = "node", _ settings: Settings = Settings()) async throws -> HeraldNode {
        let node = try lab.addNode(name, on: lan)
        let herald = try HeraldNode(on: node, in: lab, settings, kubeconfig: kubeconfig(token: token, for: name))
        try await plane.create(
            ControlPlane.nodes,
            ["metadata": ["name": .string(herald.name), "labels": ["kubernetes.io/hostname": .string(herald.name)]]])
        let now = ISO8601DateFormatter().string(from: Date())
        try await plane.patch(
            "\(self.node(herald))/status",
            [
                "status": [
                    "addresses": [
                        ["type": "InternalIP", "address": .string("\(node.ipv4)")],
                        ["type": "Hostname", "address": .string(herald.name)],
                    ],
                    "conditions": [
                        [
                            "type": "Ready", "status": "True", "reason": "KubeletReady", "message": "ready",
                            "lastHeartbeatTime": .string(now), "lastTransitionTime": .string(now),
                        ]
                    ],
                ]
            ])
        return herald
    }

    /// A kubeconfig whose token is in a file of its own, which can be replaced.
    private func kubeconfig(token: String, for node: String) throws -> String {
        let folder = try Folder("\(lab.folder)/\(node)-access")
        try folder.write(token, as: "token")
        let text = """
            apiVersion: v1
            kind: Config
            clusters:
              - name: test
                cluster:
                  server: https://\(server):\(Self.port)
                  tls-server-name: localhost
                  certificate-authority: \(plane.authorityFile)
            users: [{name: herald, user: {tokenFile: \(folder.path(of: "token"))}}]
            contexts: [{name: test, context: {cluster: test, user: herald, namespace: \(system)}}]
            current-context: test

            """
        try folder.write(text, as: "kubeconfig")
        return folder.path(of: "kubeconfig")
    }

    /// Gives a node's herald another token, as the kubelet does in good time.
    package func replaceToken(_ token: String, of herald: HeraldNode) throws {
        try Folder("\(lab.folder)/\(herald.node.name)-access").write(token, as: "token")
    }

    // MARK: - What is seen

    /// Whether the client gets an answer from the address, with all that it knew of its neighbours forgotten.
    package func answers(_ address: String) throws -> Bool {
        guard let address = IPAddress(address) else { return false }
        try client.flushNeighbours()
        return try client.reaches(address, within: .milliseconds(300))
    }

    /// The Service once its status has these addresses; any, if none are given.
    @discardableResult
    package func waitForAddresses(_ name: String, _ addresses: String...) async throws -> [String] {
        try await eventually("Service \(name) has \(addresses) in its status") {
            let found = try await ingress(name)
            return found.isEmpty || (!addresses.isEmpty && found != addresses) ? nil : found
        }
    }

    package func ingress(_ name: String) async throws -> [String] {
        let status = try await plane.get(service(name))[path: "status", "loadBalancer", "ingress"]
        return (status?.array ?? []).compactMap { $0["ip"]?.string }
    }

    package func waitForNoAddress(_ name: String) async throws {
        try await eventually("the status of Service \(name) is empty") { try await ingress(name).isEmpty ? true : nil }
    }

    package func condition(_ name: String, _ type: String) async throws -> JSON? {
        let conditions = try await plane.get(service(name))[path: "status", "conditions"]?.array ?? []
        return conditions.first { $0["type"]?.string == "herald-lb.io/\(type)" }
    }

    /// Waits until a condition is as given and returns its sentence.
    @discardableResult
    package func waitForCondition(
        _ name: String, _ type: String, _ status: String, _ reason: String? = nil
    ) async throws -> String {
        try await eventually("\(type) of Service \(name) is \(status) \(reason ?? "")") {
            guard let condition = try await condition(name, type), condition["status"]?.string == status,
                reason == nil || condition["reason"]?.string == reason
            else { return nil }
            return condition["message"]?.string
        }
    }

    /// What is told of a Service, by reason.
    package func eventReasons(_ name: String) async throws -> Set<String> {
        let events = try await plane.list(events).filter { $0[path: "regarding", "name"]?.string == name }
        return Set(events.compactMap { $0["reason"]?.string })
    }

    // MARK: - Services

    /// Creates a Service, and by default a ready endpoint for it.
    @discardableResult
    package func create(_ service: ServiceObject, hasEndpoint: Bool = true) async throws -> JSON {
        if hasEndpoint { try await addEndpoint(of: service.name, on: nil) }
        return try await plane.create(services, service.json)
    }

    /// A slice with a ready endpoint on each node, under the node's own address.
    package func addEndpoints(of service: String, on nodes: [HeraldNode]) async throws {
        try await addEndpoint(of: service, on: nil)
        let endpoints = nodes.map { node -> JSON in
            [
                "addresses": [.string("\(node.node.ipv4)")], "nodeName": .string(node.name),
                "conditions": ["ready": true, "serving": true, "terminating": false],
            ]
        }
        try await plane.patch("\(slices)/\(service)-slice", ["endpoints": .array(endpoints)])
    }

    /// Makes, or replaces, the slice of a Service: one endpoint.
    package func addEndpoint(
        of service: String, on node: String?, isReady: Bool = true, isServing: Bool? = nil, isTerminating: Bool = false,
        address: String = "10.244.0.9"
    ) async throws {
        var endpoint: JSON = [
            "addresses": [.string(address)],
            "conditions": [
                "ready": .bool(isReady), "serving": .bool(isServing ?? isReady), "terminating": .bool(isTerminating),
            ],
        ]
        if let node { endpoint["nodeName"] = .string(node) }
        let name = "\(service)-slice"
        if try await plane.find("\(slices)/\(name)") != nil {
            try await plane.patch("\(slices)/\(name)", ["endpoints": [endpoint]])
            return
        }
        try await plane.create(
            slices,
            [
                "metadata": ["name": .string(name), "labels": ["kubernetes.io/service-name": .string(service)]],
                "addressType": "IPv4", "endpoints": [endpoint],
                "ports": [["name": "p80", "port": 8080, "protocol": "TCP"]],
            ])
    }
}

/// Makes a cluster, and removes its objects and the lab after the body.
///
/// `subnet` is the nodes' IPv4 network, 10.0.1.0/24 unless given.
package func withCluster(
    subnet: CIDR? = nil, _ body: @Sendable @escaping (Cluster) async throws -> Void
) async throws {
    LatestHeralds.clear()
    let plane = try await ControlPlane.shared()
    try await withLab { lab in
        let cluster = try await Cluster(lab, plane, subnet: subnet)
        do { try await body(cluster) } catch {
            try? await cluster.clear()
            throw error
        }
        try await cluster.clear()
    }
}
