import Announcing
import IPAM
import LoadBalancing
import Logging
import NetworkTypes
import Operator
import ServiceLifecycle
import Testing

@Suite("ServiceOperator")
struct ServiceOperatorTests {
    @Test("no address is given before it is known which ones are the host's", .timeLimit(.minutes(1)))
    func waitsForReserved() async throws {
        let range = AddressRange(first: IPAddress(ipv4: 0xC000_0201), last: IPAddress(ipv4: 0xC000_0202))
        let settings = PlannerSettings(
            node: "node", mode: .none, pools: [.init(pool: Pool(name: "edge", ranges: [range].compactMap { $0 }))])
        let source = MemorySource(LoadBalancerService(key: ServiceKey(namespace: "default", name: "web")))
        let serviceOperator = ServiceOperator(
            settings: settings, isAllocator: true, source: source, announcers: [:], clock: { .zero },
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let run = Task { try await serviceOperator.run() }
        // Once the Service is there, a pass has been asked for; give it the time to be made.
        while await serviceOperator.report().services.isEmpty { await Task.yield() }
        try await Task.sleep(for: .milliseconds(20))

        await serviceOperator.reserve([IPAddress(ipv4: 0xC000_0201)])
        let first = await source.written.take()
        #expect(first?.values.map(\.record) == [[IPAddress(ipv4: 0xC000_0202)]])
        run.cancel()
        _ = await run.result
    }
}
