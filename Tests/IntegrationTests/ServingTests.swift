import Glibc
import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    @Suite struct ServingTests {
        @Test("manifests get addresses that a client resolves by ARP and NDP and fetches a page from")
        func serves() async throws {
            try await withSite(
                Settings(), Manifest(name: "web"), Manifest(name: "dual", isDualStack: true)
            ) { site in
                _ = try site.node.serveHTTP()
                let web = try site.herald.waitUntilAnnounced("web")
                let dual = try site.herald.waitUntilAnnounced("dual")
                #expect(web.map(\.family) == [.ipv4])
                #expect(Set(dual.map(\.family)) == [.ipv4, .ipv6])
                for address in web + dual {
                    try site.client.flushNeighbours()
                    #expect(try site.client.fetch(address) == "node")
                    #expect(try site.client.neighbour(of: address)?.mac == site.node.mac)
                }
            }
        }

        @Test("the status file and herald status agree")
        func agreement() async throws {
            try await withSite(
                Settings(), Manifest(name: "web"), Manifest(name: "dual", isDualStack: true)
            ) { site in
                let addresses = [
                    "web": try site.herald.waitUntilAnnounced("web"),
                    "dual": try site.herald.waitUntilAnnounced("dual"),
                ]
                let status = try site.herald.status()
                #expect(status.node == "node")
                #expect(status.mode == "arp")
                #expect(status.problems.isEmpty)
                for (name, addresses) in addresses {
                    let service = try #require(status.services.first { $0.name == name })
                    let file = try site.herald.stateFile(name)
                    #expect(service.state == "Announced")
                    #expect(Set(service.addresses.map(\.address)) == Set(file.ingress))
                    #expect(Set(file.record) == Set(addresses.map(\.description)))
                    #expect(file.status?.loadBalancer?.ingress?.allSatisfy { $0.ipMode == "VIP" } == true)
                    #expect(service.addresses.allSatisfy { $0.owner == "node" && $0.interface == "eth0" })
                    #expect(service.addresses.allSatisfy { $0.pool == "edge" && $0.since != nil })
                }
                let table = try site.herald.run("status").text
                for address in addresses.values.joined() { #expect(table.contains(address.description)) }
            }
        }

        @Test("an edit of the requested address moves the Service, and its deletion leaves nothing")
        func moves() async throws {
            try await withSite(Settings(), Manifest(name: "web", addresses: "10.0.1.100")) { site in
                let (old, new) = (Site.ipv4(100), Site.ipv4(105))
                try site.herald.waitUntilAnnounced("web", at: old)
                #expect(try site.answers(old))

                try site.herald.apply(Manifest(name: "web", addresses: "10.0.1.105"))
                try site.herald.waitUntilAnnounced("web", at: new)
                #expect(try site.answers(new))
                #expect(try !site.answers(old))
                #expect(try !site.node.hasAddress(old))

                try site.herald.delete("web")
                try eventually("the address is gone", within: .seconds(3)) { try !site.node.hasAddress(new) }
                try eventually("the state file is gone", within: .seconds(3)) {
                    !site.herald.state.exists(HeraldNode.stateName("web"))
                }
                #expect(try !site.answers(new))
                #expect(try site.herald.status().services.isEmpty)
                #expect(try site.herald.status().pools.allSatisfy { $0.used == 0 })
            }
        }

        @Test("a broken manifest is told with file and line, keeps its last good state, and does not hold up others")
        func broken() async throws {
            try await withSite(
                Settings(), Manifest(name: "web", addresses: "10.0.1.100"),
                Manifest(name: "api", addresses: "10.0.1.109")
            ) { site in
                let address = Site.ipv4(100)
                try site.herald.waitUntilAnnounced("web", at: address)
                try site.herald.waitUntilAnnounced("api")

                let bad = Manifest(name: "web", addresses: "10.0.1.101", ports: [99_999])
                try site.herald.apply(bad)
                try site.herald.manifests.write("kind: [\n", as: "torn.yaml")
                for place in ["web.yaml:4:", "torn.yaml:"] {
                    try site.herald.waitForLog("services/\(place)")
                    try eventually("\(place) is in the status", within: .seconds(5), every: .milliseconds(20)) {
                        try site.herald.status().problems.contains { $0.contains("services/\(place)") }
                    }
                }
                try site.herald.apply(Manifest(name: "api", addresses: "10.0.1.110"))
                try site.herald.waitUntilAnnounced("api", at: Site.ipv4(110))
                #expect(try site.herald.stateFile("web").ingress == ["10.0.1.100"])
                #expect(try site.answers(address))

                try site.herald.apply(Manifest(name: "web", addresses: "10.0.1.101"))
                try site.herald.manifests.remove("torn.yaml")
                try site.herald.waitUntilAnnounced("web", at: Site.ipv4(101))
                try eventually("no problem is left", within: .seconds(5), every: .milliseconds(20)) {
                    try site.herald.status().problems.isEmpty
                }
            }
        }

        @Test("a damaged state file is put aside and told, and stops nothing")
        func damaged() async throws {
            try await withSite(Settings(), Manifest(name: "web"), isStarted: false) { site in
                _ = try Folder(site.herald.state.path(of: "services/default"))
                try site.herald.state.write("{\"kind\": \"Serv", as: "damage")
                let name = HeraldNode.stateName("web")
                #expect(unsafe rename(site.herald.state.path(of: "damage"), site.herald.state.path(of: name)) == 0)
                try site.herald.start()
                let address = try #require(try site.herald.waitUntilAnnounced("web").first)
                #expect(try site.answers(address))
                #expect(site.herald.state.exists("\(name).damaged"))
                #expect(try site.herald.status().problems.contains { $0.contains("default/web.json: error: ") })
            }
        }
    }
}
