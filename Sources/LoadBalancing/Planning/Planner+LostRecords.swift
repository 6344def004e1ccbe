import IPAM
import NetworkTypes

// Who replaces a whole Service, as `kubectl replace` does, takes off what its file does not have: the record, too. Whoever
// allocates writes it again; until then nothing is to be withdrawn.
extension Planner {
    /// How long that may take: a node that allocates may have to be chosen first.
    static let recordPatience = Duration.seconds(20)

    /// The Service as it is now, with the record that it had before if that was taken off while its status still names the
    /// addresses and they are still held for it. A record that whoever allocates took back is not held by it any more; to
    /// the other nodes it looks the same, and they let go of it when its time is over, or another Service has the address.
    mutating func keepingRecord(
        of service: LoadBalancerService, insteadOf former: PlannedService?, at now: MonotonicTime
    ) -> LoadBalancerService {
        let due = lostRecords.removeValue(forKey: service.key) ?? now.advanced(by: Self.recordPatience)
        guard let former, let record = former.service.annotations[Annotation.assigned], due > now,
            service.annotations[Annotation.assigned] == nil, settings.claim.refusal(of: service) == nil
        else { return service }
        let addresses = former.service.recordedAddresses
        guard !addresses.isEmpty, addresses.allSatisfy(service.writtenIngress.contains),
            addresses.allSatisfy(former.held.contains)
        else { return service }
        lostRecords[service.key] = due
        var service = service
        service.annotations[Annotation.assigned] = record
        return service
    }

    /// Lets go of lost records that another Service's record contradicts. Only Services that the ledger knows to have the
    /// address on record are looked at: all records may have been taken off, and be written again, at once.
    mutating func endLostRecords(for service: LoadBalancerService, at now: MonotonicTime) {
        guard !lostRecords.isEmpty else { return }
        for address in service.recordedAddresses {
            for key in ledger.claimants(of: address) where key != service.key && lostRecords[key] != nil {
                guard services[key]?.service.recordedAddresses.contains(address) == true else { continue }
                endLostRecord(of: key, at: now)
            }
        }
    }

    /// Lets go of those that nobody wrote again.
    mutating func endLostRecords(at now: MonotonicTime) {
        for key in lostRecords.filter({ $0.value <= now }).keys { endLostRecord(of: key, at: now) }
    }

    private mutating func endLostRecord(of key: ServiceKey, at now: MonotonicTime) {
        lostRecords[key] = nil
        guard let entry = services[key] else { return }
        var service = entry.service
        service.annotations[Annotation.assigned] = nil
        take(service, insteadOf: entry, at: now)
    }
}
