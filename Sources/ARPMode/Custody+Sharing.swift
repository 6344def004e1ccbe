import Announcing
import IPAM
import LoadBalancing
import Membership
import NetworkTypes

// What the nodes tell each other besides who lives and who owns what.
extension Custody {
    /// What was last looked at of who allocates.
    struct AllocationMark: Equatable {
        var isAlone = false
        var generation = -1
        var obstacle: Obstacle?
    }

    /// Tells of who allocates if that is news.
    mutating func noteAllocation() -> [Effect] {
        guard records != nil else { return [] }
        let mark = AllocationMark(
            isAlone: roster.others.isEmpty, generation: member?.allocationGeneration ?? -1,
            obstacle: member == nil ? membershipObstacle : nil)
        guard mark != knownAllocation || toldAllocation == nil else { return [] }
        knownAllocation = mark
        let allocation = sharedAllocation
        guard allocation != toldAllocation else { return [] }
        toldAllocation = allocation
        return [.allocation(allocation)]
    }

    private var sharedAllocation: SharedAllocation {
        if roster.others.isEmpty { return SharedAllocation(allocator: .own) }
        guard let member else { return SharedAllocation(allocator: .unknown(membershipObstacle ?? Self.undecided)) }
        let allocation = member.allocation
        let records = allocation.records.map { records in
            Dictionary(records.compactMap(Self.keyed)) { first, _ in first }
        }
        switch allocation.allocator {
        case .own: return SharedAllocation(allocator: .own, records: records)
        case .node(let name): return SharedAllocation(allocator: .node(name), records: records)
        case .unknown: return SharedAllocation(allocator: .unknown(Self.undecided))
        }
    }

    private static let undecided = Obstacle(
        reason: "AwaitingAllocation", sentence: "the nodes have not chosen the one that allocates yet")

    private static func keyed(_ record: SharedRecord) -> (ServiceKey, SharedAllocation.Record)? {
        let parts = record.name.split(separator: "/", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        let (word, sentence) = record.reason
        let obstacle = sentence.isEmpty ? nil : Obstacle(reason: word, sentence: sentence)
        return (
            ServiceKey(namespace: String(parts[0]), name: String(parts[1])),
            SharedAllocation.Record(record.addresses, obstacle: obstacle)
        )
    }

    /// Tells the others of foreign hosts on our addresses, and looks again at what they tell of.
    mutating func shareConflicts(at now: MonotonicTime) -> [Effect] {
        if let generation = member?.conflictGeneration, generation != knownConflicts {
            knownConflicts = generation
            let told = member?.foreignConflicts ?? []
            touched.formUnion(foreignConflicts.union(told).filter { wanted[$0] != nil })
            foreignConflicts = told
        }
        guard !rivals.isEmpty || !sharedConflicts.isEmpty else { return [] }
        // Where a node of ours has the address, there is no conflict any more.
        let found = rivals.filter { address, rival in
            rival.node == nil && strangers[address] == nil && member?.owner(of: address) == nil
        }
        .map { AddressConflict(address: $0, station: $1.station) }
        .sorted { $0.address < $1.address }
        guard found != sharedConflicts else { return [] }
        sharedConflicts = found
        return handle(.conflicts(found), at: now)
    }
}
