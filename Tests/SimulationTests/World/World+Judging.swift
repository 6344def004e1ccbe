import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

// What must hold at any time.
extension World {
    /// From the moment at which an address is in effect no longer, a status may still be on its way that says it is.
    private static let statusLatency = Duration.seconds(12)

    func reading(_ service: Kubernetes.Service) -> LoadBalancerService {
        ServiceReading.service(service, endpoints: .unknown)
    }

    /// Takes in a Service as it is now at the API server.
    func serviceChanged(_ key: ServiceKey) {
        let service = server.services.objects[ObjectKey(key)]
        judge.setRecord(of: key, to: service.map { reading($0).recordedAddresses } ?? [])
        changed(.services)
    }

    func judgeWrite(_ before: Kubernetes.Service, _ after: Kubernetes.Service, by index: Int) {
        let (old, new) = (reading(before), reading(after))
        judge.totalWrites += 1
        tell("\(machines[index].name) writes \(new.key): \(describe(old)) -> \(describe(new))")
        judge.writes[new.key, default: 0] += 1
        judgeRecord(from: old, to: new, by: index)
        judgeStatus(from: before, to: after, by: index)
    }

    private func describe(_ service: LoadBalancerService) -> String {
        "\(service.recordedAddresses) \(service.writtenIngress) "
            + "\(service.writtenAllocated.map { $0 ? "A" : "a" } ?? "-")\(service.writtenAnnounced.map { $0 ? "N" : "n" } ?? "-")"
    }

    private func judgeRecord(from old: LoadBalancerService, to new: LoadBalancerService, by index: Int) {
        let former = old.recordedAddresses
        let present = new.recordedAddresses
        guard former != present else { return }
        for address in present where !former.contains(address) {
            for other in judge.holders[address, default: []].sorted() where other != new.key {
                guard let service = server.services.objects[ObjectKey(other)] else { continue }
                // A record on what is no load balancer any more holds nothing.
                guard isOurs(reading(service)), !share(new, reading(service)) else { continue }
                complain(
                    "\(machines[index].name) records \(address) for \(new.key) while \(other) has it on record")
            }
        }
        let gone = former.filter { !present.contains($0) }
        guard !gone.isEmpty, isOurs(new) else { return }
        judge.moves += 1
        for address in gone where !hasCause(loss: address, of: new) {
            complain(
                "\(machines[index].name) takes \(address) from \(new.key), which has \(present) now, without a cause")
        }
    }

    func isOurs(_ service: LoadBalancerService) -> Bool { settings.claim.refusal(of: service) == nil }

    private func hasCause(loss address: IPAddress, of service: LoadBalancerService) -> Bool {
        if judge.excused.contains(service.key) || judge.havePoolsChanged { return true }
        if foreigners[address] != nil { return true }
        if asksForAnother(than: address, service) { return true }
        // Two stood on one address, by an edit or a copy: one has to go.
        let others = judge.holders[address, default: []].subtracting([service.key])
        return others.contains { other in
            server.services.objects[ObjectKey(other)].map { !share(service, reading($0)) } ?? false
        }
    }

    /// What was asked for long ago may be there to be had only now.
    private func asksForAnother(than address: IPAddress, _ service: LoadBalancerService) -> Bool {
        let asked =
            service.annotations[Annotation.addresses].flatMap { IPAddress($0) }
            ?? service.loadBalancerIP.flatMap { IPAddress($0) }
        if let asked, asked.family == address.family, asked != address { return true }
        guard let pool = service.annotations[Annotation.pool] else { return false }
        return settings.pools.first { $0.pool.name == pool }.map { pool in
            !pool.pool.ranges.contains { $0.contains(address) }
        } ?? false
    }

    /// Whether two Services may stand on one address.
    func share(_ left: LoadBalancerService, _ right: LoadBalancerService) -> Bool {
        guard let key = left.annotations[Annotation.share], key == right.annotations[Annotation.share] else {
            return false
        }
        let isPlacedAlike =
            left.trafficPolicy == right.trafficPolicy
            && (left.trafficPolicy == .cluster
                || !left.selector.isEmpty && left.selector == right.selector
                    && left.key.namespace == right.key.namespace)
        return isPlacedAlike && Set(left.ports.map(\.claim)).isDisjoint(with: right.ports.map(\.claim))
    }

    private func judgeStatus(from before: Kubernetes.Service, to after: Kubernetes.Service, by index: Int) {
        let former = before.status.loadBalancer.ingress.map(\.ip)
        for entry in after.status.loadBalancer.ingress where !former.contains(entry.ip) {
            guard let address = IPAddress(entry.ip), entry.ipMode == "VIP" else {
                complain("\(machines[index].name) writes the status entry \(entry)")
                continue
            }
            guard !judge.wasInEffect(address, within: Self.statusLatency, at: now) else { continue }
            complain(
                "\(machines[index].name) says in the status of \(after.metadata.key) that \(address) is in effect, "
                    + "which it is nowhere")
        }
    }

    /// Looks for addresses that two nodes of one island have had for too long.
    func judgeOwners() {
        let patience = options.interval * 8 + .seconds(4)
        for (address, since) in judge.doubles.sorted(by: { $0.key < $1.key }) {
            guard max(since, judge.disturbedAt).duration(to: now) > patience, isUndisturbed else { continue }
            let owners = judge.owners[address, default: []].sorted()
            for (place, owner) in owners.enumerated() {
                for other in owners[(place + 1)...] where hears(owner, other) {
                    complain(
                        "\(machines[owner].name) and \(machines[other].name) both have \(address), and hear each other")
                }
            }
        }
    }

    /// Whether all nodes know the same, as far as that can be arranged.
    private var isUndisturbed: Bool {
        isServerUp
            && machines.allSatisfy {
                $0.frozenUntil == nil && $0.reachesServer && $0.hasCarrier && $0.watchLag < .seconds(1)
                    && $0.process?.ending == nil
            }
    }
}
