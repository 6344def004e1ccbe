import Lab
import NetworkTypes
import Operations
import Testing

extension IntegrationSuite {
    @Suite struct RefusalTests {
        /// Waits for the refusal and expects its sentence to be the same wherever it is told.
        private func expectRefusal(_ reason: String, _ sentence: String, of name: String, at site: Site) throws {
            let service = try #require(try site.herald.waitForReason(reason, of: name))
            #expect(service.state == "Refused")
            #expect(service.message == sentence)
            #expect(service.addresses.isEmpty)
            let file = try eventually("the status file tells", within: .seconds(3)) {
                try site.herald.stateFile(name)
            } until: {
                $0.allocated?.reason == reason
            }.value
            #expect(file.allocated?.status == "False")
            #expect(file.allocated?.message == sentence)
            #expect(file.ingress.isEmpty)
            try site.herald.waitForLog("reason=\"\(sentence)\" service.name=default/\(name)")
            #expect(try site.herald.run("status").text.contains(sentence))
        }

        @Test("a refusal has one sentence, in the log, in the status file and in herald status")
        func sentences() async throws {
            let settings = Settings(pools: ["{name: edge, addresses: [10.0.1.100-10.0.1.101]}"])
            try await withSite(
                settings, Manifest(name: "first", addresses: "10.0.1.100"), Manifest(name: "second")
            ) { site in
                try site.herald.waitUntilAnnounced("first", at: Site.ipv4(100))
                try site.herald.waitUntilAnnounced("second", at: Site.ipv4(101))
                try site.herald.apply(
                    Manifest(name: "full"), Manifest(name: "outside", addresses: "10.9.9.9"),
                    Manifest(name: "held", addresses: "10.0.1.100"), Manifest(name: "malformed", addresses: "banana"),
                    Manifest(name: "lost", pool: "west"))
                try expectRefusal(
                    "PoolFull",
                    "no address is free: pool 'edge' has 2 IPv4 addresses, 2 used; add addresses or delete a Service",
                    of: "full", at: site)
                try expectRefusal(
                    "AddressOutsidePools",
                    "10.9.9.9 is in no pool; ask for an address of pool 'edge', or add it to a pool", of: "outside",
                    at: site)
                try expectRefusal(
                    "AddressHeld",
                    "10.0.1.100 is held by Service default/first; ask for another address, or give both Services the "
                        + "same herald-lb.io/share key", of: "held", at: site)
                try expectRefusal(
                    "MalformedRequest",
                    "annotation herald-lb.io/addresses holds 'banana', which is not an IP address; write addresses such "
                        + "as 192.0.2.10 or 2001:db8::10 (no leading zeros, no prefix length), with commas between them",
                    of: "malformed", at: site)
                try expectRefusal(
                    "UnknownPool", "there is no pool 'west'; name pool 'edge' with herald-lb.io/pool", of: "lost",
                    at: site)

                try site.herald.delete("second")
                try site.herald.waitUntilAnnounced("full", at: Site.ipv4(101))
            }
        }

        @Test("Services with one share key and disjoint ports have one address, and one with a clashing port another")
        func sharing() async throws {
            try await withSite(
                Settings(), Manifest(name: "web", share: "k", ports: [80]),
                Manifest(name: "tls", share: "k", ports: [443])
            ) { site in
                _ = try site.node.serveHTTP(port: 80, text: "web")
                _ = try site.node.serveHTTP(port: 443, text: "tls")
                let shared = try site.herald.waitUntilAnnounced("web")
                #expect(try site.herald.waitUntilAnnounced("tls") == shared)
                let address = try #require(shared.first)
                #expect(try site.client.fetch(address, port: 80) == "web")
                #expect(try site.client.fetch(address, port: 443) == "tls")

                try site.herald.apply(
                    Manifest(name: "clash", share: "k", ports: [443]),
                    Manifest(name: "insists", addresses: address.description, share: "k", ports: [8080, 80]))
                #expect(try site.herald.waitUntilAnnounced("clash") != shared)
                try expectRefusal(
                    "AddressHeld",
                    "\(address) is held by Service default/web, and both use port 80/TCP; change one of the ports or ask "
                        + "for another address", of: "insists", at: site)

                // The address stays as long as one of them is there.
                try site.herald.delete("web")
                try eventually("the state file is gone", within: .seconds(3)) {
                    !site.herald.state.exists(HeraldNode.stateName("web"))
                }
                #expect(try site.client.fetch(address, port: 443) == "tls")
                try site.herald.waitUntilAnnounced("insists", at: address)
            }
        }

        @Test("an address of the node is never given away")
        func ownAddress() async throws {
            // 10.0.1.2 is the node itself, and first in the pool.
            let settings = Settings(pools: ["{name: edge, addresses: [10.0.1.2-10.0.1.3]}"])
            try await withSite(
                settings, Manifest(name: "any"), Manifest(name: "greedy", addresses: "10.0.1.2")
            ) { site in
                try site.herald.waitUntilAnnounced("any", at: Site.ipv4(3))
                try expectRefusal(
                    "AddressReserved",
                    "10.0.1.2 belongs to a node or interface, or is the first or last of its subnet; ask for another address",
                    of: "greedy", at: site)
                #expect(try site.node.addresses().filter { $0.address == site.node.ipv4 }.count == 1)
                #expect(!site.herald.log.contains("\"gave it 10.0.1.2\""))
            }
        }
    }
}
