import FoundationEssentials
import Glibc
import Lab
import Testing

extension IntegrationSuite {
    /// What a person sees in a browser, and what Prometheus and the kubelet get.
    @Suite struct PageTests {
        private static let base = "http://127.0.0.1:9817"

        private func get(_ path: String, on node: Node) throws -> String {
            try node.run(["curl", "-sS", "--max-time", "5", "\(Self.base)\(path)"]).text
        }

        @Test(
            "the status page shows owner, address and reason in a browser, and runs nothing that a Service's author wrote"
        )
        func page() async throws {
            let hostile = Manifest(name: "web", pool: "<img src=x onerror=alert(1)>")
            try await withSite(Settings(), Manifest(name: "good"), hostile) { site in
                try site.herald.waitUntilAnnounced("good")
                try site.herald.waitForReason("UnknownPool", of: "web")
                let profile = site.herald.home.path(of: "chromium")
                let shot = site.herald.home.path(of: "page.png")
                let output = try site.node.run([
                    "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                    "--user-data-dir=\(profile)", "--window-size=1200,900", "--hide-scrollbars",
                    "--screenshot=\(shot)", "--dump-dom", Self.base + "/",
                ])
                let dom = output.text
                #expect(dom.contains("herald on node"))
                #expect(dom.contains(">default/good</td>"))
                #expect(dom.contains(">Announced</td>"))
                #expect(dom.contains("there is no pool '&lt;img src=x onerror=alert(1)&gt;'"))
                #expect(!dom.contains("<img"))
                #expect(FileManager.default.fileExists(atPath: shot))
                if let target = unsafe getenv("HERALD_WRITE_SCREENSHOT") {
                    let data = try Data(contentsOf: URL(filePath: shot))
                    try data.write(to: URL(filePath: unsafe String(cString: target)))
                }
            }
        }

        @Test("promtool finds nothing to say about the metrics")
        func metrics() async throws {
            try await withSite(Settings(), Manifest(name: "good")) { site in
                try site.herald.waitUntilAnnounced("good")
                _ = try get("/metrics", on: site.node)
                try site.herald.home.write(try get("/metrics", on: site.node), as: "metrics.txt")
                let file = site.herald.home.path(of: "metrics.txt")
                let check = try site.node.run(["sh", "-c", "promtool check metrics < \(file)"])
                #expect(check.isSuccess && check.text.isEmpty, "\(check.text)")
                let text = try site.herald.home.read("metrics.txt")
                #expect(text.contains("herald_services{state=\"Announced\"} 1\n"))
                #expect(text.contains("herald_addresses_owned{mode=\"arp\"} 1\n"))
                #expect(text.contains("herald_service_events_total{reason=\"Announcing\"} 1\n"))
                #expect(text.contains("herald_operations_requests_total{code=\"200\"} "))
            }
        }

        @Test("health says what holds, and nothing orders anything over the network")
        func health() async throws {
            try await withSite(Settings(), Manifest(name: "good")) { site in
                try site.herald.waitUntilAnnounced("good")
                #expect(try get("/livez", on: site.node).hasSuffix("live\n"))
                let ready = try get("/readyz?verbose", on: site.node)
                #expect(ready.contains("[+] snapshot: read") && ready.hasSuffix("ready\n"))
                #expect(try get("/nothing", on: site.node) == "no such path\n")
                for path in ["/drain", "/rebalance"] {
                    let order = ["curl", "-sS", "--max-time", "5", "-X", "POST", "\(Self.base)\(path)"]
                    #expect(try site.node.run(order).text == "this method is not answered here\n")
                }
                // Others on the network reach nothing: it listens on the loopback.
                let url = "http://\(Site.ipv4(2)):9817/livez"
                #expect(!(try site.client.run(["curl", "-sS", "--max-time", "2", url]).isSuccess))
            }
        }

        @Test("explain walks the gates of a Service that works, and names the one at which another ends")
        func explain() async throws {
            try await withSite(Settings(), Manifest(name: "good"), Manifest(name: "bad", addresses: "10.9.9.9")) {
                site in
                try site.herald.waitUntilAnnounced("good")
                try site.herald.waitForReason("AddressOutsidePools", of: "bad")
                let good = try site.herald.run("explain", "good")
                #expect(good.status == .exited(0), "\(good.text)")
                #expect(good.text.contains("ok    announced"))
                let bad = try site.herald.run("explain", "default/bad")
                #expect(bad.status == .exited(1))
                #expect(bad.text.contains("NO    address    10.9.9.9 is in no pool"))
                #expect(try site.herald.run("explain", "--json", "good").text.contains("\"verdict\" : \"holds\""))
            }
        }
    }
}
