import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes

/// A planner in a cluster where anything happens at any time.
struct PlannerLife {
    var planner: Planner
    var cluster = ModelCluster()
    var now = MonotonicTime.zero
    var problems: [String] = []
    private(set) var plan = Plan()
    private var random: SeededGenerator
    private var settings: PlannerSettings
    private var isAllocator = true
    private var namespaces: [String: [String: String]] = [:]
    private var reserved: Set<IPAddress> = []
    private var inEffect: [IPAddress: Mode] = [:]
    private var uids = 0

    static let keys = (0..<8).map { ServiceKey(namespace: $0 < 4 ? "x" : "y", name: "s\($0)") }

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        settings = Self.settings()
        planner = Planner(settings: settings, isAllocator: true)
        planner.sourceIsSynchronised()
    }

    static func settings() -> PlannerSettings {
        let pools = [
            Pool(name: "a", ranges: ["192.0.2.1-192.0.2.4"].compactMap(PlannerFixture.range)),
            Pool(
                name: "b",
                ranges: ["198.51.100.1-198.51.100.2", "2001:db8::1-2001:db8::3"].compactMap(PlannerFixture.range)),
        ]
        return PlannerSettings(node: PlannerFixture.node, mode: .arp, pools: pools.map { .init(pool: $0) })
    }

    mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }
    private mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[Int.random(in: 0..<elements.count, using: &random)]
    }

    // MARK: Events

    mutating func step() {
        let key = pick(Self.keys)
        switch Int.random(in: 0..<30, using: &random) {
        case 0...5: edit(key)
        case 6: delete(key)
        case 7: renew(key)
        case 8: configure()
        case 9: reserve()
        case 10: setNamespace()
        case 11: if chance(3) { switchAllocator() }
        case 12: if chance(3) { restart() }
        case 13: conflict()
        case 14: passTime()
        case 15...17: cluster.start(key)
        case 18...20: cluster.land(key)
        case 21: cluster.fail(key)
        case 22...24: see(key)
        case 25, 26: effect()
        default: makePlan()
        }
        let clashes = cluster.newClashes()
        if !clashes.isEmpty { problems.append("two owners: \(clashes.map { $0.sorted() })") }
    }

    /// No write is under way, and none unseen, for longer than half a minute.
    private mutating func passTime() {
        for key in Self.keys {
            if chance(2) { cluster.land(key) } else { cluster.fail(key) }
            see(key)
        }
        now = now.advanced(by: .seconds(Int.random(in: 0...400, using: &random)))
    }

    mutating func see(_ key: ServiceKey) {
        guard cluster.unseen.remove(key) != nil, let service = cluster.services[key] else { return }
        cluster.seen[key] = service
        planner.set(service, at: now)
    }

    mutating func makePlan() {
        plan = planner.plan(at: now)
        cluster.take(plan.outcomes)
        for outcome in plan.outcomes { checkIngress(outcome) }
        let seen = Set(cluster.seen.values.filter(cluster.isOurs).flatMap(\.recordedAddresses))
        for (_, set) in plan.announcements {
            for announcement in set where !seen.contains(announcement.address) {
                problems.append("\(announcement.address) announced, not recorded")
            }
        }
    }

    private mutating func checkIngress(_ outcome: ServiceOutcome) {
        for address in outcome.ingress ?? [] {
            let mode = plan.announcements.first { $0.value.contains { $0.address == address } }?.key
            if mode == nil || inEffect[address] != mode { problems.append("\(address) in a status, not in effect") }
        }
    }

    private mutating func store(_ service: LoadBalancerService) {
        cluster.services[service.key] = service
        cluster.seen[service.key] = service
        cluster.unseen.remove(service.key)
        cluster.excuseClashes()
        planner.set(service, at: now)
    }

    private mutating func edit(_ key: ServiceKey) {
        var service = cluster.services[key] ?? makeService(key)
        switch Int.random(in: 0..<9, using: &random) {
        case 0: service.ports = [.init(.tcp, pick([80, 443])), .init(.udp, pick([53, 80]))]
        case 1: service.annotations[Annotation.share] = pick([nil, "k", "k", "l"])
        case 2:
            service.annotations[Annotation.addresses] = pick([nil, nil, "192.0.2.2", "192.0.2.3", "2001:db8::2", "?"])
        case 3: service.annotations[Annotation.pool] = pick([nil, nil, "a", "b"])
        case 4: (service.ipFamilies, service.familyPolicy) = makeFamilies()
        case 5: service.trafficPolicy = pick([.cluster, .cluster, .local])
        case 6: service.isLoadBalancer = !chance(3)
        case 7: service.loadBalancerClass = pick([nil, nil, "herald-lb.io/herald", "example.com/other"])
        default: service.endpoints = pick([.unknown, .known(.init()), .known(.init(readyNodes: ["n1"]))])
        }
        store(service)
    }

    private mutating func makeService(_ key: ServiceKey) -> LoadBalancerService {
        uids += 1
        var service = LoadBalancerService(key: key)
        service.uid = "uid-\(uids)"
        service.createdAt = Int64.random(in: 0..<4, using: &random)
        service.ports = [.init(.tcp, 80)]
        service.selector = pick([[:], ["app": "a"]])
        return service
    }

    private mutating func makeFamilies() -> ([AddressFamily], LoadBalancerService.FamilyPolicy) {
        (pick([[], [.ipv4], [.ipv6], [.ipv6, .ipv4]]), pick([.singleStack, .preferDualStack, .requireDualStack]))
    }

    private mutating func delete(_ key: ServiceKey) {
        guard cluster.services.removeValue(forKey: key) != nil else { return }
        cluster.unseen.remove(key)
        cluster.seen[key] = nil
        planner.remove(key, at: now)
    }

    /// Deleted and created again, sometimes with all that it had.
    private mutating func renew(_ key: ServiceKey) {
        guard let former = cluster.services[key] else { return }
        var service = makeService(key)
        if chance(3) { service.annotations = former.annotations }
        store(service)
    }

    private mutating func configure() {
        settings = Self.settings()
        settings.mode = pick([.arp, .arp, .bgp])
        if chance(4) { settings.pools.removeLast() }
        if chance(4) { settings.pools[0].pool.ranges = ["192.0.2.3-192.0.2.6"].compactMap(PlannerFixture.range) }
        settings.pools[0].pool.onRemoval = pick([.keep, .reassign])
        settings.pools[0].pool.namespaceSelector = chance(4) ? LabelSelector(matchLabels: ["open": "yes"]) : nil
        settings.pools[0].pool.autoAssign = !chance(4)
        settings.pools[0].pool.quarantine = chance(3) ? .seconds(100) : .zero
        settings.pools[0].mode = chance(5) ? Mode.none : nil
        planner.configure(settings)
    }

    private mutating func reserve() {
        reserved = chance(2) ? [] : [pick(["192.0.2.1", "192.0.2.3", "2001:db8::1"].map(PlannerFixture.address))]
        planner.reserve(reserved)
    }

    private mutating func setNamespace() {
        let name = pick(["x", "y"])
        namespaces[name] = pick([nil, ["open": "yes"], ["open": "no"]])
        planner.setNamespace(name, labels: namespaces[name])
    }

    /// Whoever allocates next has seen all that the one before has written.
    private mutating func switchAllocator() {
        isAllocator.toggle()
        if chance(2) { cluster.landAll() }
        cluster.underWay = [:]
        cluster.waiting = [:]
        for key in cluster.unseen.sorted() { see(key) }
        planner.setAllocator(isAllocator)
    }

    mutating func restart() {
        if chance(2) { cluster.landAll() }
        cluster.underWay = [:]
        cluster.waiting = [:]
        cluster.unseen = []
        cluster.seen = cluster.services
        inEffect = [:]
        planner = fresh()
        plan = Plan()
    }

    /// A planner that learns all facts anew, in any order.
    mutating func fresh() -> Planner {
        var planner = Planner(settings: settings, isAllocator: isAllocator)
        planner.reserve(reserved)
        for (name, labels) in namespaces { planner.setNamespace(name, labels: labels) }
        for service in cluster.services.values.shuffled(using: &random) { planner.set(service, at: now) }
        for (address, mode) in inEffect {
            planner.observe(Self.effect(address, .inEffect(interface: "eth0")), from: mode, at: now)
        }
        planner.sourceIsSynchronised()
        return planner
    }

    private static func effect(_ address: IPAddress, _ state: AnnouncementEffect.State) -> AnnouncementEffect {
        AnnouncementEffect(address: address, state: state)
    }

    // MARK: Announcers

    private var desired: [IPAddress: Mode] {
        Dictionary(
            plan.announcements.flatMap { mode, set in set.map { ($0.address, mode) } }, uniquingKeysWith: { $1 })
    }

    /// One address comes into effect, or is withdrawn, as is desired of it.
    private mutating func effect() {
        let desired = desired
        let changed = Set(desired.keys).union(inEffect.keys).filter { desired[$0] != inEffect[$0] }
        guard let address = changed.sorted().randomElement(using: &random) else { return }
        follow(address, desired[address])
    }

    private mutating func follow(_ address: IPAddress, _ mode: Mode?) {
        let former = inEffect[address]
        inEffect[address] = mode
        var reports: [(Mode, AnnouncementEffect.State)] = []
        if let former { reports.append((former, .withdrawn)) }
        if let mode { reports.append((mode, .inEffect(interface: "eth0"))) }
        // Two announcers tell of it in any order.
        for (mode, state) in reports.shuffled(using: &random) {
            planner.observe(Self.effect(address, state), from: mode, at: now)
        }
    }

    private mutating func conflict() {
        guard let address = desired.keys.sorted().randomElement(using: &random), let mode = desired[address] else {
            return
        }
        if let former = inEffect[address], former != mode { follow(address, nil) }
        inEffect[address] = nil
        planner.observe(
            Self.effect(address, .conflicted(by: MACAddress(number: 9), interface: "eth0")), from: mode, at: now)
    }

    // MARK: The end

    /// Lets everything happen that is under way; returns whether anything did.
    private mutating func round() -> Bool {
        let before = cluster.services
        makePlan()
        let isQuiet = plan.outcomes.isEmpty
        cluster.landAll()
        for key in cluster.unseen.sorted() { see(key) }
        let desired = desired
        for address in Set(desired.keys).union(inEffect.keys).sorted() where desired[address] != inEffect[address] {
            follow(address, desired[address])
        }
        return !isQuiet || before != cluster.services
    }

    mutating func settle() {
        if !isAllocator { switchAllocator() }
        for _ in 0..<3 {
            // Rests and conflicts are over, as a restart forgets them.
            now = now.advanced(by: .seconds(701))
            var rounds = 0
            while round() {
                rounds += 1
                if rounds > 12 { return problems.append("does not settle") }
            }
        }
        makePlan()
        if !plan.outcomes.isEmpty || !plan.events.isEmpty { problems.append("a second plan finds something to do") }
    }

    mutating func checkEnd() {
        cluster.excuseClashes()
        if !cluster.newClashes().isEmpty { problems.append("two owners in the end") }
        var again = fresh()
        let other = again.plan(at: now)
        for mode in Mode.allCases where (other.announcements[mode] ?? []) != (plan.announcements[mode] ?? []) {
            problems.append("a restart announces otherwise")
        }
        for outcome in other.outcomes { check(outcome) }
        for service in cluster.services.values where !cluster.isOurs(service) {
            if !service.recordedAddresses.isEmpty { problems.append("\(service.key) is not ours, and has a record") }
        }
        if !again.plan(at: now).outcomes.isEmpty { problems.append("a restart does not settle at once") }
    }

    private mutating func check(_ outcome: ServiceOutcome) {
        guard let service = cluster.services[outcome.key], cluster.isOurs(service) else { return }
        if outcome.record != service.recordedAddresses {
            problems.append(
                "a restart changes \(service.key): \(outcome.record ?? []) instead of \(service.recordedAddresses)")
        }
        if outcome.ingress != service.writtenIngress {
            problems.append(
                "a restart changes the status of \(service.key): \(outcome.ingress ?? []), \(service.writtenIngress)")
        }
        // Without pods it shows no address, though another that shares it has it announced.
        if case .known(let endpoints) = service.endpoints, !endpoints.isServed {
            if !service.writtenIngress.isEmpty {
                problems.append("the status of \(service.key) has an address too many")
            }
            return
        }
        let desired = desired
        if Set(service.writtenIngress) != Set(service.recordedAddresses.filter { desired[$0] != nil }),
            Set(desired.keys).isSuperset(of: service.recordedAddresses)
        {
            problems.append("the status of \(service.key) lacks an address")
        }
    }
}
