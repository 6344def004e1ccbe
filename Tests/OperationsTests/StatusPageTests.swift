import FoundationEssentials
import Operations
import Testing

@Suite("Status page")
struct StatusPageTests {
    private static let hostile = "<script>alert('x')</script>\"' onload=\"y\" &\u{0} </title>"

    private func document(services: [StatusDocument.Service], hostile: String? = nil) -> StatusDocument {
        StatusDocument(
            version: "herald 0.1.0", node: hostile ?? "worker-1", mode: "arp", started: "2026-11-22T21:51:20Z",
            configuration: .init(
                file: hostile ?? "/etc/herald/config.yaml", hash: "ef51a10ce5fc0831", loaded: "2026-11-22T21:51:20Z",
                rejected: hostile, warnings: hostile.map { [$0] }, text: hostile),
            services: services,
            pools: [
                .init(
                    name: hostile ?? "edge", family: "IPv4", size: hostile ?? "16", used: 4, quarantined: 0,
                    conflicted: 0)
            ],
            problems: hostile.map { [$0] } ?? [],
            events: hostile.map { [.init(time: $0, service: $0, reason: $0, message: $0)] },
            sections: hostile.map { [.init(name: $0, title: $0, columns: [$0], rows: [[$0]])] })
    }

    private func service(_ number: Int) -> StatusDocument.Service {
        .init(
            namespace: "default", name: "service-\(number)", state: "Announced",
            addresses: [
                .init(
                    address: "10.0.\(number / 256).\(number % 256)", pool: "edge", owner: "worker-1", interface: "eth0",
                    since: "2026-11-22T21:51:20Z")
            ], reason: nil, message: nil)
    }

    @Test("no text from outside becomes markup, wherever it stands")
    func escaping() {
        let hostile = Self.hostile
        let service = StatusDocument.Service(
            namespace: hostile, name: hostile, state: hostile,
            addresses: [.init(address: hostile, pool: hostile, owner: hostile, interface: hostile, since: hostile)],
            reason: hostile, message: hostile)
        let page = String(decoding: StatusPage.render(document(services: [service], hostile: hostile)), as: UTF8.self)
        #expect(!page.contains("<script"))
        #expect(!page.contains("alert('x')"))
        #expect(!page.contains("onload=\"y\""))
        #expect(page.contains("&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&#39; onload=&quot;y&quot; &amp;?"))
        #expect(page.split(separator: "</title>").count == 2)
    }

    @Test("of 10,000 Services a browser gets those that need someone, and as many others as it can show")
    func many() {
        var services = (0..<10_000).map(service)
        services[9_998].state = "Refused"
        services[9_998].message = "there is no pool 'x'"
        let document = document(services: services)
        let clock = ContinuousClock()
        var page: [UInt8] = []
        let time = clock.measure { page = StatusPage.render(document) }
        let text = String(decoding: page, as: UTF8.self)
        #expect(text.contains("9999 Announced, 1 Refused; 1000 of 10000 are shown here, and all by herald status"))
        #expect(text.split(separator: "<tbody>")[1].hasPrefix("<tr><td class=\"title\">default/service-9998</td>"))
        #expect(text.contains("there is no pool &#39;x&#39;"))
        #expect(text.contains("default/service-998</td>") && !text.contains("default/service-999</td>"))
        // Generous, since tests are not optimised; a release build takes a tenth of it.
        #expect(time < .seconds(1))
    }

    @Test("each mistake of a file that is not in force has an item of its own")
    func rejections() {
        var status = document(services: [])
        status.configuration.rejected = "f:1:7: error: a; b\nf:2:8: error: c; d"
        let page = String(decoding: StatusPage.render(status), as: UTF8.self)
        #expect(page.contains("<li>The configuration file is not in force: f:1:7: error: a; b</li>"))
        #expect(page.contains("<li>The configuration file is not in force: f:2:8: error: c; d</li>"))
    }

    @Test("each warning about the configuration in force is an item beside it; an earlier version has none")
    func warnings() throws {
        var status = document(services: [])
        status.configuration.warnings = ["f:3:1: warning: a; b", "f:4:1: warning: c; d"]
        let page = String(decoding: StatusPage.render(status), as: UTF8.self)
        #expect(page.contains("<ul><li>f:3:1: warning: a; b</li><li>f:4:1: warning: c; d</li></ul>"))
        #expect(!page.contains("Needs a person"))
        let earlier = Data(#"{"file": "f", "hash": "0", "loaded": "2026-11-22T21:51:20Z"}"#.utf8)
        #expect(try JSONDecoder().decode(StatusDocument.Configuration.self, from: earlier).warnings == nil)
    }

    @Test("times are written as people write them, and say that they are UTC")
    func times() {
        let page = String(decoding: StatusPage.render(document(services: [service(1)])), as: UTF8.self)
        #expect(page.contains("up since 2026-11-22 21:51:20 · times are UTC"))
        #expect(page.contains(">2026-11-22 21:51:20</td>"))
        #expect(!page.contains("T21:51:20Z"))
    }
}
