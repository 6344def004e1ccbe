import APIServer
import Foundation
import Lab

/// kube-proxy's part on the nodes of a lab: what comes for an address in a Service's status goes to one of its ready
/// endpoints, by nftables rules that follow the API.
package struct Proxy: Sendable {
    package let cluster: Cluster
    package let nodes: [HeraldNode]

    package init(cluster: Cluster, nodes: [HeraldNode]) {
        self.cluster = cluster
        self.nodes = nodes
    }

    package struct NotApplied: Error, CustomStringConvertible {
        package let description: String
    }

    /// Follows Services and slices until the task is cancelled.
    package func run() async throws {
        for node in nodes { try node.node.set(["net.ipv4.ip_forward": "1"]) }
        var applied: [String: String] = [:]
        while !Task.isCancelled {
            let services = try await cluster.plane.list(cluster.services)
            let slices = try await cluster.plane.list(cluster.slices)
            for node in nodes {
                let rules = rules(on: node, services, slices)
                guard applied[node.name] != rules else { continue }
                try apply(rules, on: node)
                applied[node.name] = rules
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private func rules(on node: HeraldNode, _ services: [JSON], _ slices: [JSON]) -> String {
        let lines = services.flatMap { service -> [String] in
            let name = service[path: "metadata", "name"]
            let isLocal = service[path: "spec", "externalTrafficPolicy"] == "Local"
            let own = slices.filter { $0[path: "metadata", "labels", "kubernetes.io/service-name"] == name }
            let endpoints = own.flatMap { $0["endpoints"]?.array ?? [] }.filter { endpoint in
                endpoint[path: "conditions", "ready"]?.bool ?? true
                    && (!isLocal || endpoint["nodeName"]?.string == node.name)
            }
            let targets = endpoints.compactMap { $0["addresses"]?.array?.first?.string }.map { "\($0) . 8080" }
            let ingress = service[path: "status", "loadBalancer", "ingress"]?.array ?? []
            return ingress.compactMap { $0["ip"]?.string }.map { address in
                guard !targets.isEmpty else { return "ip daddr \(address) tcp dport 80 drop" }
                let map = targets.enumerated().map { "\($0) : \($1)" }.joined(separator: ", ")
                let mark = isLocal ? "" : "ct mark set 1 "
                return "ip daddr \(address) tcp dport 80 \(mark)dnat ip addr . port to "
                    + "numgen inc mod \(targets.count) map { \(map) }"
            }
        }
        return """
            table ip proxy {}
            flush table ip proxy
            table ip proxy {
                chain before { type nat hook prerouting priority dstnat; \(lines.joined(separator: "; ")); }
                chain after { type nat hook postrouting priority srcnat; ct mark 1 masquerade; }
            }

            """
    }

    private func apply(_ rules: String, on node: HeraldNode) throws {
        try node.home.write(rules, as: "proxy.nft")
        let output = try node.node.run(["nft", "-f", node.home.path(of: "proxy.nft")])
        guard output.isSuccess else {
            throw NotApplied(description: String(decoding: output.standardError, as: UTF8.self) + rules)
        }
    }
}
