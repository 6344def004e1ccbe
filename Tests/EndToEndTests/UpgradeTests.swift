import APIServer
import ClusterLab
import Foundation
import Lab
import NetworkTypes
import Testing

private enum Previous {
    static var program: String? {
        let path = ProcessInfo.processInfo.environment["HERALD_PREVIOUS"] ?? ""
        return path.isEmpty ? nil : path
    }
}

extension EndToEndSuite {
    /// Another build of herald, named by HERALD_PREVIOUS, beside the one at hand; `scripts/upgrade-test` has two.
    @Suite(
        "An upgrade, and the way back",
        .enabled(
            if: Previous.program != nil,
            "NOT RUN: HERALD_PREVIOUS names no other herald; what is kept of formats, other tests check by their octets"
        ))
    struct UpgradeTests {
        /// What shows that something was lost.
        private struct Watch {
            let addresses: [IPAddress]
            let services: [JSON]
        }

        private static let names = (0..<8).map { "s\($0)" }

        @Test(
            "node by node, with both versions beside each other: no packet is lost", arguments: ["interface", "link"])
        func rolling(_ attach: String) async throws {
            let settings = Settings(more: "arp: {attach: \(attach)}")
            try await withCluster { cluster in
                var heralds: [HeraldNode] = []
                for name in ["one", "two", "three"] { heralds.append(try await cluster.addHerald(name, settings)) }
                for herald in heralds {
                    herald.launchNext(HeraldLaunch(program: Previous.program))
                    try herald.start()
                }
                let before = try await prepare(cluster)
                let probe = try cluster.client.probe(before.addresses)
                for next in [nil, Previous.program] {
                    for herald in heralds {
                        try herald.stop()
                        herald.launchNext(HeraldLaunch(program: next))
                        try herald.start()
                        try await waitUntilServing(herald, heralds)
                        // Another Service while both versions are there, whoever allocates now.
                        let name = "while-\(next == nil ? "up" : "down")-\(herald.node.name)"
                        try await cluster.create(ServiceObject(name))
                        try await cluster.waitForAddresses(name)
                        try await cluster.plane.delete(cluster.service(name))
                    }
                }
                let report = try probe.finish()
                for target in report.targets where target.lost > 0 {
                    print("\(target.address): \(target.gaps)")
                    for event in cluster.lab.timeline { print(event) }
                }
                #expect(report.targets.map(\.lost) == before.addresses.map { _ in 0 })
                let sent = report.targets.map(\.sent).reduce(0, +)
                print("attach \(attach): \(sent) packets to \(report.targets.count) addresses, lost 0 expected")
                try await compare(cluster, with: before)
            }
        }

        private func prepare(_ cluster: Cluster) async throws -> Watch {
            for (number, name) in Self.names.enumerated() {
                var service = ServiceObject(name)
                if number % 2 == 1 { service.ipFamilyPolicy = "RequireDualStack" }
                try await cluster.create(service)
            }
            var addresses: [IPAddress] = []
            for name in Self.names {
                try await cluster.waitForAddresses(name)
                addresses += try await cluster.ingress(name).compactMap { IPAddress($0) }
            }
            for address in addresses {
                try await eventually("\(address) answers") { try cluster.answers("\(address)") ? true : nil }
            }
            return Watch(addresses: addresses, services: try await records(cluster))
        }

        private func records(_ cluster: Cluster) async throws -> [JSON] {
            try await cluster.plane.list(cluster.services).map {
                $0[path: "metadata", "annotations", "herald-lb.io/assigned"] ?? .null
            }
        }

        private func compare(_ cluster: Cluster, with before: Watch) async throws {
            #expect(try await records(cluster) == before.services)
            for name in Self.names { try await cluster.waitForCondition(name, "Announced", "True") }
        }

        /// A node that goes before the next has heard of its return would leave the last one alone with everything.
        private func waitUntilServing(_ herald: HeraldNode, _ all: [HeraldNode]) async throws {
            for node in all {
                let command = [
                    try node.launched.program ?? Built.program("herald"), "status", "--json", "--socket",
                    node.home.path(of: "herald.sock"),
                ]
                try await eventually("\(node.name) hears the others after the start of \(herald.name)") { () -> Bool? in
                    let output = try node.node.run(command)
                    guard output.isSuccess else { return nil }
                    let nodes = try JSONReader.read(output.standardOutput)[path: "membership", "members"]?.array ?? []
                    return nodes.count == 2 && nodes.allSatisfy { $0["reach"] == "mutual" } ? true : nil
                }
            }
        }
    }
}
