import IPAM
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource
@testable import LoadBalancing

// What must hold once nothing happens any more.
extension World {
    /// The longest that all takes to settle: late writes are waited for longest.
    static let settling = Duration.seconds(180)
    /// How long nothing must be written then.
    static let quiet = Duration.seconds(60)

    /// Storms and calms in turn; what was wrong is in `judge.problems`.
    func live() {
        if options.startsFull { fill() }
        for _ in 0..<options.rounds where judge.problems.isEmpty {
            storm(for: options.storm)
            heal()
            watchOwners(for: Self.settling)
            checkCalm()
            judge.beginRound()
        }
    }

    /// A cluster that has long been in use: all nodes are up, and Services come one after another.
    private func fill() {
        watchOwners(for: .seconds(20))
        while server.services.objects.count < options.services * 19 / 20, judge.problems.isEmpty {
            run(for: .milliseconds(2))
            createService()
            tellProgress()
        }
        watchOwners(for: Self.settling)
        checkCalm()
        judge.beginRound()
    }

    func watchOwners(for time: Duration) {
        let end = now.advanced(by: time)
        while now < end, judge.problems.isEmpty {
            run(for: .milliseconds(500))
            judgeOwners()
            tellProgress()
        }
    }

    func checkCalm() {
        guard judge.problems.isEmpty else { return }
        let before = judge.totalWrites
        let written = judge.writes
        run(for: Self.quiet)
        if judge.totalWrites != before {
            let busy = judge.writes.filter { $0.value != written[$0.key] }.keys.filter { !isContested($0) }.sorted()
            if !busy.isEmpty { complain("there are writes in the calm, to \(busy.prefix(5).map(\.description))") }
        }
        checkWrites()
        checkProcesses()
        for key in server.services.objects.keys.sorted() { checkService(key) }
        checkRestart()
    }

    /// Whether a Service has to do with an address that another host has: it is tried again when its rest is over, whenever
    /// that is.
    private func isContested(_ key: ServiceKey) -> Bool {
        guard !foreigners.isEmpty, let object = server.services.objects[ObjectKey(key)] else { return false }
        let service = reading(object)
        let record = service.recordedAddresses
        let concerned = record + [asked(by: service)].compactMap(\.self)
        return record.isEmpty || concerned.contains { foreigners[$0] != nil }
    }

    private func asked(by service: LoadBalancerService) -> IPAddress? {
        service.annotations[Annotation.addresses].flatMap { IPAddress($0) }
            ?? service.loadBalancerIP.flatMap { IPAddress($0) }
    }

    private func checkWrites() {
        for (key, count) in judge.writes.sorted(by: { $0.key < $1.key }) {
            let touches = judge.touches[key] ?? 0
            let limit = 12 + 8 * touches + 4 * stormEvents
            if count > limit { complain("\(count) writes to \(key), which was touched \(touches) times") }
        }
    }

    private func checkProcesses() {
        var allocators = 0
        for machine in machines {
            guard let process = machine.process else {
                complain("\(machine.name) does not run")
                continue
            }
            if process.isAllocator { allocators += 1 }
            if !process.pending.isEmpty {
                let keys = process.view.services.keys.filter { process.pending[$0] != nil }.map(\.description).sorted()
                complain("\(machine.name) has writes to make still, to \(keys.prefix(5))")
            }
            let plan = process.planner.plan(at: now)
            if !plan.outcomes.isEmpty || !plan.events.isEmpty {
                complain("\(machine.name) finds something to do in a second plan: \(plan.outcomes.prefix(2))")
            }
            let known = Set(process.view.services.keys)
            let present = server.services.objects.values.filter { $0.spec.type == "LoadBalancer" }
            let difference = known.symmetricDifference(present.map { ServiceKey($0.metadata.key) }).sorted()
            if !difference.isEmpty { complain("\(machine.name) knows too many or too few Services: \(difference)") }
        }
        if allocators != 1 {
            let holder = server.lease.map { "\($0.spec.holder), renewed \($0.spec.renewTime?.microTime ?? "never")" }
            let standing = machines.map { machine in
                machine.process.map { "\(machine.name)-\($0.run): \($0.isStanding) \($0.leaseDue?.nanoseconds ?? 0)" }
                    ?? "-"
            }
            complain("\(allocators) nodes allocate; the lease is \(holder ?? "nobody's"); \(standing)")
        }
    }

    // MARK: - One Service

    private func checkService(_ key: ObjectKey) {
        guard let object = server.services.objects[key] else { return }
        let service = reading(object)
        guard isOurs(service) else { return checkLeft(object, service) }
        let record = service.recordedAddresses
        for address in record {
            for other in judge.holders[address, default: []].sorted() where other != service.key {
                guard let neighbour = server.services.objects[ObjectKey(other)] else { continue }
                if !share(service, reading(neighbour)) { complain("\(key) and \(other) both have \(address)") }
            }
            if judge.owners[address, default: []].count > 1, mode(of: address) == .arp {
                complain("\(address) has the owners \(judge.owners[address, default: []].sorted())")
            }
        }
        checkAllocation(object, service, record)
        checkAnnouncement(object, service, record)
    }

    /// Nothing that herald wrote stays on what is not its any more.
    private func checkLeft(_ object: Kubernetes.Service, _ service: LoadBalancerService) {
        guard ServiceReading.hasTraces(object) || !service.writtenIngress.isEmpty, !service.isDeleting else { return }
        complain("\(service.key) is not ours, and has \(object.metadata.annotations), \(object.status)")
    }

    private func checkAllocation(
        _ object: Kubernetes.Service, _ service: LoadBalancerService, _ record: [IPAddress]
    ) {
        guard let condition = object.status.conditions.first(where: { $0.type == "herald-lb.io/Allocated" }) else {
            return complain("\(service.key) has no condition Allocated")
        }
        if (condition.status == "True") == record.isEmpty {
            return complain("\(service.key) has \(record) on record, and says \(condition)")
        }
        if record.count == 1, object.spec.loadBalancerIP != record[0].description,
            object.spec.loadBalancerIP.isEmpty
        {
            complain("\(service.key) has \(record), and spec.loadBalancerIP \(object.spec.loadBalancerIP)")
        }
        guard record.isEmpty else { return }
        if !isPlausible(condition, for: service) {
            complain("\(service.key) has no address, and no cause: \(condition.reason): \(condition.message)")
        }
    }

    /// Whether the reason for having no address is true.
    private func isPlausible(_ condition: Kubernetes.Condition, for service: LoadBalancerService) -> Bool {
        let asked = asked(by: service)
        switch condition.reason {
        case "AddressHeld": return asked.map { judge.holders[$0]?.isEmpty == false } ?? false
        case "AddressConflicted": return asked.map { foreigners[$0] != nil } ?? false
        case "AddressReserved": return asked.map { address in machines.contains { $0.address == address } } ?? false
        case "AddressOutsidePools", "AddressOutsidePool": return asked != nil
        case "UnknownPool", "NoPoolAdmits", "NoPoolOfFamily", "FamilyNotAsked", "MalformedRequest",
            "TwoAddressesOfFamily":
            return true
        case "PoolFull": return isFull(for: service)
        default: return false
        }
    }

    /// Whether no address of a family that the Service wants is free in the pool that it may use.
    private func isFull(for service: LoadBalancerService) -> Bool {
        let name = service.annotations[Annotation.pool] ?? "edge"
        guard let pool = settings.pools.first(where: { $0.pool.name == name })?.pool else { return true }
        let ranges = pool.ranges.filter { service.ipFamilies.isEmpty || service.ipFamilies.contains($0.first.family) }
        return ranges.contains { range in
            let taken = judge.holders.count { range.contains($0.key) && !$0.value.isEmpty }
            let foreign = foreigners.keys.count(where: range.contains)
            return taken + foreign >= Int(clamping: range.last.number - range.first.number + 1)
        }
    }

    func mode(of address: IPAddress) -> Mode {
        settings.pools.first { $0.pool.ranges.contains { $0.contains(address) } }?.mode ?? settings.mode
    }

    private func checkAnnouncement(
        _ object: Kubernetes.Service, _ service: LoadBalancerService, _ record: [IPAddress]
    ) {
        let shown = Set(object.status.loadBalancer.ingress.compactMap { IPAddress($0.ip) })
        let isServed = !servingNodes(service.key).isEmpty
        // A Service without pods may share an address with one that has some: its own status shows none.
        let inEffect = Set(record.filter { isServed && judge.isInEffect($0) })
        if shown != inEffect {
            complain("\(service.key): the status shows \(shown.sorted()), in effect are \(inEffect.sorted())")
        }
        for address in record where isServed && !inEffect.contains(address) && foreigners[address] == nil {
            complain("\(address) of \(service.key) is announced nowhere, though it could be")
        }
        let isAnnounced = object.status.conditions.first { $0.type == "herald-lb.io/Announced" }?.status
        let expected = isServed && !record.isEmpty && inEffect.count == record.count ? "True" : "False"
        if isAnnounced != expected {
            complain("\(service.key): condition Announced is \(isAnnounced ?? "absent"), in effect are \(inEffect)")
        }
    }

    // MARK: - A restart

    /// A node that starts now and allocates has nothing to write.
    private func checkRestart() {
        guard let process = machines.first(where: { $0.process?.isAllocator == true })?.process else { return }
        var planner = Planner(settings: process.planner.settings, isAllocator: true)
        planner.reserve(process.nodes.values.reduce(into: []) { $0.formUnion($1.addresses) })
        for entry in process.planner.services.values { planner.set(entry.service, at: now) }
        planner.sourceIsSynchronised()
        for outcome in planner.plan(at: now).outcomes {
            guard let object = server.services.objects[ObjectKey(outcome.key)], let record = outcome.record else {
                continue
            }
            let service = reading(object)
            // What it knows of other hosts is not recorded.
            let isForeign = (service.recordedAddresses + record).contains { foreigners[$0] != nil }
            if isOurs(service), record != service.recordedAddresses, !isForeign {
                complain("a restart would give \(outcome.key) \(record) instead of \(service.recordedAddresses)")
            }
        }
    }
}
