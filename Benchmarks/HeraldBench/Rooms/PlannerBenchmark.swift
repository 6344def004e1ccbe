import IPAM
import LoadBalancing
import NetworkTypes

/// What one event costs the planner, in microseconds, among few and many Services.
struct PlannerBenchmark {
    private static let counts = [100, 1_000, 10_000]
    private static let events = 2_000
    private static let now = MonotonicTime.zero

    private struct Costs {
        var port: [Double] = []
        var record: [Double] = []
        var effect: [Double] = []
    }

    func figures() -> [Figure] {
        let costs = Self.counts.map { ($0, Self.costs(services: $0)) }
        var figures: [Figure] = []
        for (what, samples) in [
            ("a port changed", \Costs.port), ("a record written", \.record), ("an effect", \.effect),
        ] {
            figures += costs.map { count, costs in
                Figure("planner: \(what), \(count) Services", "µs", costs[keyPath: samples])
            }
            guard let few = costs.first?.1[keyPath: samples], let many = costs.last?.1[keyPath: samples] else {
                continue
            }
            let ratio = Samples.median(many) / max(Samples.median(few), 0.001)
            figures.append(
                Figure("planner: \(what), 10,000 to 100 Services", "ratio", goal: .median(2), [ratio]))
        }
        return figures
    }

    private static func costs(services count: Int) -> Costs {
        var planner = settled(count)
        var generator = SeededGenerator(seed: 1)
        var costs = Costs()
        for event in 0..<events {
            let number = Int.random(in: 0..<count, using: &generator)
            var changed = service(number)
            changed.ports = [.init(.tcp, UInt16(1_000 + event))]
            costs.port.append(cost(&planner) { $0.set(changed, at: now) })

            var new = service(count)
            planner.set(new, at: now)
            let given = planner.plan(at: now).outcomes.first?.record ?? []
            new.annotations[Annotation.assigned] = given.first?.description
            costs.record.append(cost(&planner) { $0.set(new, at: now) })
            planner.remove(new.key, at: now)
            _ = planner.plan(at: now)

            let address = address(number)
            planner.observe(AnnouncementEffect(address: address, state: .withdrawn), from: .arp, at: now)
            _ = planner.plan(at: now)
            let effect = AnnouncementEffect(address: address, state: .inEffect(interface: "eth0"))
            costs.effect.append(cost(&planner) { $0.observe(effect, from: .arp, at: now) })
        }
        return costs
    }

    private static func cost(_ planner: inout Planner, _ event: (inout Planner) -> Void) -> Double {
        Samples.nanoseconds {
            event(&planner)
            _ = planner.plan(at: now)
        } / 1_000
    }

    /// A planner whose Services are recorded and in effect.
    private static func settled(_ count: Int) -> Planner {
        let pool = Pool(name: "edge", ranges: CIDR("10.0.0.0/16").map { [$0.range] } ?? [])
        let settings = PlannerSettings(node: NodeName("node-1"), mode: .arp, pools: [.init(pool: pool)])
        var planner = Planner(settings: settings, isAllocator: true)
        for number in 0..<count { planner.set(service(number), at: now) }
        planner.sourceIsSynchronised()
        _ = planner.plan(at: now)
        for number in 0..<count {
            let effect = AnnouncementEffect(address: address(number), state: .inEffect(interface: "eth0"))
            planner.observe(effect, from: .arp, at: now)
        }
        _ = planner.plan(at: now)
        return planner
    }

    private static func address(_ number: Int) -> IPAddress { IPAddress(ipv4: 0x0A00_0000 + UInt32(number)) }

    private static func service(_ number: Int) -> LoadBalancerService {
        var service = LoadBalancerService(key: ServiceKey(namespace: "bench", name: "service-\(number)"))
        service.uid = "uid-\(number)"
        service.ports = [.init(.tcp, 80)]
        service.annotations[Annotation.assigned] = address(number).description
        return service
    }
}
