import APIServer
import ClusterLab
import Lab
import NetworkTypes
import Testing

extension EndToEndSuite {
    /// A whole small cluster: three nodes with herald and pods, kube-proxy's rules, and a client that fetches pages.
    @Suite("Three nodes and a client")
    struct ThreeNodeTests {
        /// A running cluster with a Service `web` that has a pod on each node.
        struct Farm: Sendable {
            let cluster: Cluster
            let nodes: [HeraldNode]
            let address: IPAddress

            /// The page at the Service's address: the name of the node whose pod made it.
            func fetch() throws -> String? {
                try cluster.client.fetch(address, within: .milliseconds(500))
            }

            func owner() throws -> HeraldNode? {
                let owners = try nodes.filter { try $0.isRunning && $0.node.hasAddress(address) }
                return owners.count == 1 ? owners[0] : nil
            }

            /// Waits until a page comes from one of these pods.
            @discardableResult
            func waitForPage(from pods: Set<String>) async throws -> String {
                try await eventually("a page comes from one of \(pods.sorted())", within: .seconds(15)) {
                    let page = try fetch()
                    return page.flatMap { pods.contains($0) ? $0 : nil }
                }
            }
        }

        @Test("pages come through the address from every pod, and go on when the owner crashes, ends or leaves the net")
        func failover() async throws {
            try await withFarm { farm in
                var seen: Set<String> = []
                try await eventually("every pod has made a page") {
                    if let page = try farm.fetch() { seen.insert(page) }
                    return seen == ["one", "two", "three"] ? true : nil
                }
                let first = try await eventually("one node owns the address") { try farm.owner() }
                try first.crash()
                try await farm.waitForPage(from: seen)
                let second = try await eventually("another node owns the address") {
                    let owner = try farm.owner()
                    return owner?.name == first.name ? nil : owner
                }
                try second.stop()
                try await farm.waitForPage(from: seen)
                #expect(try await farm.cluster.ingress("web") == ["\(farm.address)"])
                try first.start()
                try await eventually("the two that are there agree on an owner") { try farm.owner() }
                try await farm.waitForPage(from: seen)
            }
        }

        @Test("with the policy Local the address follows the pod, and the client's own address is seen")
        func local() async throws {
            try await withFarm(policy: "Local") { farm in
                for node in farm.nodes.reversed() {
                    try await farm.cluster.addEndpoint(
                        of: "web", on: node.name, address: "\(node.node.ipv4)")
                    try await farm.waitForPage(from: [node.node.name])
                    try await eventually("\(node.name) owns the address") {
                        try farm.owner()?.name == node.name ? true : nil
                    }
                }
            }
        }

        private func withFarm(
            policy: String = "Cluster", _ body: @Sendable @escaping (Farm) async throws -> Void
        ) async throws {
            try await withCluster { cluster in
                var nodes: [HeraldNode] = []
                for name in ["one", "two", "three"] { nodes.append(try await cluster.addHerald(name)) }
                let pods = try nodes.map { try $0.node.serveHTTP(port: 8080) }
                for node in nodes { try node.start() }
                var service = ServiceObject("web")
                service.externalTrafficPolicy = policy
                try await cluster.create(service, hasEndpoint: false)
                try await cluster.addEndpoints(of: "web", on: nodes)
                let proxy = Proxy(cluster: cluster, nodes: nodes)
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask {
                        do { try await proxy.run() } catch is CancellationError {}
                    }
                    let addresses = try await cluster.waitForAddresses("web")
                    let address = try #require(addresses.first.flatMap { IPAddress($0) })
                    try await body(Farm(cluster: cluster, nodes: nodes, address: address))
                    group.cancelAll()
                }
                for pod in pods { try pod.end() }
            }
        }
    }
}
