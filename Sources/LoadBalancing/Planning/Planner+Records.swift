import IPAM
import NetworkTypes

// A record is an annotation, which the author of a Service can write, too. So it is believed as far as something else says
// the same, or the address is one that the Service could have for the asking.
extension Planner {
    /// What stands in a record, in its order.
    struct Record {
        /// What may be taken up.
        var believed: [IPAddress] = []
        /// In no pool that is open to the Service, and known from the record alone.
        var doubted: [IPAddress] = []
    }

    /// The record of a Service. What is in force here was believed before, and what the status confirms was given to the
    /// Service, whatever has become of the pools since.
    func record(of service: LoadBalancerService) -> Record {
        var record = Record()
        let held = ledger.addresses(of: service.key)
        for address in service.recordedAddresses {
            if service.confirms(address) || held.contains(address)
                || !ledger.isOutOfPool(address, for: identity(of: service))
            {
                record.believed.append(address)
            } else {
                record.doubted.append(address)
            }
        }
        return record
    }

    func identity(of service: LoadBalancerService) -> AddressRequest {
        ServiceRequest.identity(of: service, namespaceLabels: namespaces[service.key.namespace] ?? [:])
    }

    // MARK: - Adoption

    /// A Service of ours, and what of its record is taken up.
    private struct Candidate {
        let key: ServiceKey
        let record: Record
        /// Whether all of it is confirmed.
        let isConfirmed: Bool
        /// Whether it holds something else than its record says.
        let isHeldOtherwise: Bool

        /// Whether it comes after Services that are confirmed to have these, though it may hold one already.
        func givesWay(to confirmed: Set<IPAddress>) -> Bool {
            !isConfirmed && record.believed.contains(where: confirmed.contains)
        }
    }

    /// Takes up what is recorded. Where two name one address, the one whose status says so has it; of such two, and of
    /// others, the older. What only stands in a status comes after all records, and only if no record names it.
    mutating func adoptRecords(at now: MonotonicTime) {
        hasAdopted = true
        let known = services.inOrder(services.keys)
        var recorded: Set<IPAddress> = []
        var candidates: [Candidate] = []
        for key in known {
            guard let service = services[key]?.service else { continue }
            recorded.formUnion(service.recordedAddresses)
            if settings.claim.refusal(of: service) == nil { candidates.append(candidate(service)) }
        }
        let confirmed = Set(candidates.filter(\.isConfirmed).flatMap(\.record.believed))
        for candidate in candidates where candidate.isHeldOtherwise || candidate.givesWay(to: confirmed) {
            ledger.release(candidate.key, at: now)
        }
        candidates.removeAll { !ledger.addresses(of: $0.key).isEmpty }
        for candidate in candidates.filter(\.isConfirmed) + candidates.filter({ !$0.isConfirmed }) {
            guard !candidate.record.believed.isEmpty, let service = services[candidate.key]?.service else { continue }
            _ = ledger.adopt(candidate.record.believed, for: identity(of: service), at: now)
        }
        for candidate in candidates where candidate.record.believed.isEmpty {
            guard let service = services[candidate.key]?.service else { continue }
            let shown = service.writtenIngress.filter { !recorded.contains($0) }
            _ = ledger.adopt(shown, for: identity(of: service), at: now)
        }
        for key in known {
            if let entry = services[key] { retire(entry, at: now) }
        }
    }

    private func candidate(_ service: LoadBalancerService) -> Candidate {
        let record = record(of: service)
        let held = Set(ledger.addresses(of: service.key))
        return Candidate(
            key: service.key, record: record,
            isConfirmed: record.doubted.isEmpty && record.believed.allSatisfy(service.confirms),
            isHeldOtherwise: !held.isEmpty && !record.believed.isEmpty && held != Set(record.believed))
    }
}
