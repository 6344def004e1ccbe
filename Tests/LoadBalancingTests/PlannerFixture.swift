import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes

/// A planner with one pool, and a source that writes records as soon as they are decided.
struct PlannerFixture {
    var planner: Planner
    var now = MonotonicTime.zero
    /// What was written last for each Service.
    var written: [ServiceKey: ServiceOutcome] = [:]
    var services: [ServiceKey: LoadBalancerService] = [:]
    var events: [ServiceEvent] = []

    static let node: NodeName = "node-1"

    init(_ ranges: String..., mode: Mode = .arp, isAllocator: Bool = true) {
        planner = Planner(
            settings: Self.settings(ranges.compactMap(Self.range), mode: mode), isAllocator: isAllocator)
    }

    static func range(_ text: String) -> AddressRange? {
        if let block = CIDR(text) { return block.range }
        let ends = text.split(separator: "-").compactMap { IPAddress($0) }
        return ends.count == 2 ? AddressRange(first: ends[0], last: ends[1]) : ends.first.map { AddressRange($0) }
    }

    /// An address known to be well-formed; 0.0.0.0 otherwise, which no test expects.
    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

    static func settings(_ ranges: [AddressRange], mode: Mode = .arp) -> PlannerSettings {
        PlannerSettings(node: node, mode: mode, pools: [.init(pool: Pool(name: "edge", ranges: ranges))])
    }

    /// The records that a plan has written, by the names of the Services.
    static func records(_ plan: Plan) -> [String: String] {
        Dictionary(
            plan.outcomes.compactMap { outcome in
                outcome.record.map { (outcome.key.name, $0.map(\.description).joined(separator: ",")) }
            }, uniquingKeysWith: { $1 })
    }

    static func service(_ name: String, ports: [UInt16] = [80]) -> LoadBalancerService {
        var service = LoadBalancerService(key: ServiceKey(namespace: "default", name: name))
        service.uid = "uid-\(name)"
        service.ports = ports.map { .init(.tcp, $0) }
        return service
    }

    static func key(_ name: String) -> ServiceKey { ServiceKey(namespace: "default", name: name) }

    mutating func set(_ service: LoadBalancerService) {
        var service = service
        if let record = services[service.key]?.annotations[Annotation.assigned] {
            service.annotations[Annotation.assigned] = record
        }
        services[service.key] = service
        planner.set(service, at: now)
    }

    /// Plans and writes records until nothing changes; every desired address comes into effect on eth0.
    @discardableResult
    mutating func settle(announcing: Bool = true) -> Plan {
        var plan = planner.plan(at: now)
        for _ in 0..<10 {
            events += plan.events
            var changed = false
            for outcome in plan.outcomes {
                written[outcome.key] = outcome
                changed = writeRecord(outcome) || changed
            }
            if announcing { changed = bringIntoEffect(plan.announcements) || changed }
            guard changed else { break }
            plan = planner.plan(at: now)
        }
        return plan
    }

    private mutating func writeRecord(_ outcome: ServiceOutcome) -> Bool {
        guard let record = outcome.record, var service = services[outcome.key], service.recordedAddresses != record
        else { return false }
        service.annotations[Annotation.assigned] =
            record.isEmpty ? nil : record.map(\.description).joined(separator: ",")
        services[outcome.key] = service
        planner.set(service, at: now)
        return true
    }

    private mutating func bringIntoEffect(_ sets: [Mode: AnnouncementSet]) -> Bool {
        let desired = Set(sets.values.flatMap { $0.map(\.address) })
        let before = inEffect
        for address in desired { effect(address, .inEffect(interface: "eth0")) }
        for address in before.subtracting(desired) { effect(address, .withdrawn) }
        inEffect = desired
        return before != desired
    }
    private var inEffect: Set<IPAddress> = []

    mutating func effect(_ address: IPAddress, _ state: AnnouncementEffect.State) {
        planner.observe(AnnouncementEffect(address: address, state: state), from: .arp, at: now)
    }

    func addresses(_ name: String) -> [String] {
        (services[Self.key(name)]?.recordedAddresses ?? []).map(\.description)
    }

    func ingress(_ name: String) -> [String]? {
        written[Self.key(name)]?.ingress?.map(\.description)
    }

    func condition(_ name: String, _ kind: Condition.Kind) -> Condition? {
        written[Self.key(name)]?.conditions?.first { $0.kind == kind }
    }
}
