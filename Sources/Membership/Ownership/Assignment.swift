import NetworkTypes

/// Chooses owners for addresses that have none: rendezvous hashing with bounded loads.
///
/// Two nodes with the same view choose alike, whatever the order in which they learned it, if both ask for the same
/// addresses in ascending order.
struct Assignment: Sendable {
    /// Whose turn it is.
    struct Turn: Equatable, Sendable {
        var node: NodeID
        /// How many nodes come before the own one; nil when it may not own the address.
        var ownRank: Int?
    }

    private struct Seat {
        let id: NodeID
        let isSettling: Bool
        /// Which of `profiles` its subnets are.
        let profile: Int
        let leadership: UInt64
        var load: Int
    }

    private let own: NodeID
    private let election: Election
    private var seats: [Seat] = []
    /// The different lists of subnets; nearly always one.
    private var profiles: [[CIDR]] = []
    /// What no node gets more than by choice.
    private let limit: Int

    /// - Parameter total: how many addresses there are for the members to share.
    init(members: [MemberFacts], loads: [NodeID: Int], total: Int, own: NodeID, election: Election) {
        self.own = own
        self.election = election
        for member in members where member.mayOwn {
            guard let subnets = member.subnets else { continue }
            let profile = profiles.firstIndex(of: subnets) ?? profiles.endIndex
            if profile == profiles.endIndex { profiles.append(subnets) }
            seats.append(
                Seat(
                    id: member.id, isSettling: member.standing.contains(.settling), profile: profile,
                    leadership: StableHash.mix(member.id.number), load: loads[member.id] ?? 0))
        }
        let quarters = max(seats.count, 1) * 4
        limit = (total * 5 + quarters - 1) / quarters
    }

    /// The node that gets the address, whose load then includes it; nil when no member may own it.
    ///
    /// - Parameter isFresh: the address has waited for no one yet, so it may wait for a node that is just settling.
    mutating func turn(for address: IPAddress, record: AddressRecord, isFresh: Bool) -> Turn? {
        let serving = profiles.map { subnets in subnets.contains { $0.contains(address) } }
        func mayTake(_ seat: Seat) -> Bool {
            serving[seat.profile] && record.allows(seat.id) && (isFresh || !seat.isSettling)
                && record.claim(of: seat.id)?.isOffered != true
        }
        let ownSeat = seats.first { $0.id == own && mayTake($0) }
        let ownWeight = ownSeat.map { weight(of: $0, for: record) } ?? 0
        var heavier = 0
        var best: (index: Int, weight: UInt64)?
        for index in seats.indices where mayTake(seats[index]) {
            let weight = weight(of: seats[index], for: record)
            if weight > ownWeight { heavier += 1 }
            if let current = best, !prefers(index, weight, over: current) { continue }
            best = (index, weight)
        }
        guard let best else { return nil }
        seats[best.index].load += 1
        let winner = seats[best.index].id
        if winner == own { return Turn(node: winner, ownRank: 0) }
        // The winner may be lighter, where heavier ones are full.
        let rank = best.weight > ownWeight ? heavier : heavier + 1
        return Turn(node: winner, ownRank: ownSeat.map { _ in min(rank, 3) })
    }

    private func weight(of seat: Seat, for record: AddressRecord) -> UInt64 {
        switch election {
        case .spread: StableHash.weight(of: record.hash, on: seat.id)
        case .leader: seat.leadership
        }
    }

    private func prefers(_ index: Int, _ weight: UInt64, over other: (index: Int, weight: UInt64)) -> Bool {
        let load = seats[index].load
        let otherLoad = seats[other.index].load
        switch election {
        case .leader:
            return (load, weight) > (otherLoad, other.weight)
        case .spread:
            let isFull = load >= limit
            if isFull != (otherLoad >= limit) { return !isFull }
            if isFull, load != otherLoad { return load < otherLoad }
            return weight > other.weight
        }
    }
}
