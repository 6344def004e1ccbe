import Operations

/// What the status page of a large cluster costs, in milliseconds, from the status to the octets that are sent.
struct PageBenchmark {
    private static let runs = 20
    private static let services = 10_000

    func figures() -> [Figure] {
        var document = StatusDocument(
            version: "herald", node: "worker-1", mode: "arp", started: "2026-11-22T21:51:20Z",
            configuration: .init(
                file: "herald.yaml", hash: "0", loaded: "2026-11-22T21:51:20Z", rejected: nil, text: nil),
            services: (0..<Self.services).map(Self.service), pools: [], problems: [], events: nil, sections: nil)
        document.services[Self.services - 1].state = "Refused"
        let samples = (0..<Self.runs).map { _ in
            Samples.nanoseconds { _ = StatusPage.render(document) } / 1_000_000
        }
        return [Figure("status page, 10,000 Services", "ms", goal: .worst(50), samples)]
    }

    private static func service(_ number: Int) -> StatusDocument.Service {
        .init(
            namespace: "default", name: "service-\(number)", state: "Announced",
            addresses: [
                .init(
                    address: "10.0.\(number / 256).\(number % 256)", pool: "edge", owner: "worker-1", interface: "eth0",
                    since: "2026-11-22T21:51:20Z")
            ], reason: nil, message: nil)
    }
}
