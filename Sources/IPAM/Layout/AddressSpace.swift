import NetworkTypes

/// The addresses of one family in one pool, numbered from zero without gaps, and which of them are taken.
struct AddressSpace: Sendable {
    private struct Stretch {
        let firstRank: UInt128
        let positions: ClosedRange<UInt128>
    }

    let family: AddressFamily
    private let edges: EdgeRule
    private var stretches: [Stretch] = []
    private var taken = IntervalSet()

    /// Addresses in all, those that automatic choice leaves out included; saturated.
    private(set) var size: UInt128 = 0
    /// Those that the cluster may give as cluster IPs; saturated.
    private var clusterIPs: UInt128 = 0
    /// How many addresses are in each standing; `free` is not counted.
    private var tally: [Int] = Array(repeating: 0, count: AddressStanding.allCases.count)

    /// `pieces` are ascending and disjoint; what is in `clusterRanges` is counted, but never chosen.
    init(
        family: AddressFamily, pieces: [ClosedRange<UInt128>], skipsEdges: Bool,
        clusterRanges: IntervalSet = IntervalSet()
    ) {
        self.family = family
        edges = EdgeRule(family: family, skipsEdges: skipsEdges)
        for piece in pieces {
            size = size.saturatingAdd(piece.size)
            let parts = clusterRanges.absent(in: piece)
            clusterIPs = clusterIPs.saturatingAdd(
                piece.size - parts.reduce(0) { $0.saturatingAdd($1.size) })
            for part in parts { addStretch(skipsEdges ? part.withoutSubnetRouter(family) : part) }
        }
    }

    private mutating func addStretch(_ numbers: ClosedRange<UInt128>?) {
        guard let ranks = numbers.flatMap(edges.ranks(of:)) else { return }
        let start = stretches.last.map { $0.positions.upperBound + 1 } ?? 0
        let positions = start...(start + (ranks.upperBound - ranks.lowerBound))
        stretches.append(Stretch(firstRank: ranks.lowerBound, positions: positions))
    }

    /// The address to take next: the first free one in the pool's order, for `hashed` from the Service's place on.
    func nextFree(_ order: Pool.Order, for service: ServiceKey) -> IPAddress? {
        guard let last = stretches.last?.positions.upperBound else { return nil }
        let position =
            switch order {
            case .ascending: taken.firstAbsent(from: 0, through: last)
            case .descending: taken.lastAbsent(from: last)
            case .hashed:
                taken.firstAbsent(from: service.place(through: last), through: last)
                    ?? taken.firstAbsent(from: 0, through: last)
            }
        return position.flatMap(address)
    }

    /// The addresses that the next Services get if nothing becomes free, at most `count`; none where that depends on the
    /// Service.
    func nextFree(_ order: Pool.Order, count: Int) -> [IPAddress] {
        guard let last = stretches.last?.positions.upperBound else { return [] }
        var positions: [UInt128] = []
        while positions.count < count {
            let next: UInt128?
            switch order {
            case .ascending:
                let start = positions.last.map { $0 + 1 } ?? 0
                next = start > last ? nil : taken.firstAbsent(from: start, through: last)
            case .descending:
                let start = positions.last ?? last + 1
                next = start == 0 ? nil : taken.lastAbsent(from: start - 1)
            case .hashed: next = nil
            }
            guard let next else { break }
            positions.append(next)
        }
        return positions.compactMap(address)
    }

    func leavesOut(_ address: IPAddress) -> Bool { position(of: address) == nil }

    mutating func move(_ address: IPAddress, from old: AddressStanding, to new: AddressStanding) {
        if old != .free { tally[old.rawValue] -= 1 }
        if new != .free { tally[new.rawValue] += 1 }
        guard let position = position(of: address) else { return }
        if new == .free { taken.remove(position) } else { taken.insert(position) }
    }

    func usage(of pool: String) -> PoolUsage {
        let last = stretches.last?.positions.upperBound
        return PoolUsage(
            pool: pool, family: family, size: size, free: last.map { $0 &- taken.count &+ 1 } ?? 0,
            used: tally[AddressStanding.used.rawValue], quarantined: tally[AddressStanding.quarantined.rawValue],
            conflicted: tally[AddressStanding.conflicted.rawValue], reserved: tally[AddressStanding.reserved.rawValue],
            clusterIPs: clusterIPs)
    }

    private func position(of address: IPAddress) -> UInt128? {
        guard let rank = edges.rank(of: address.number) else { return nil }
        let index = stretches.indices.partitioningIndex { stretches[$0].firstRank > rank } - 1
        guard index >= 0 else { return nil }
        let stretch = stretches[index]
        let distance = rank - stretch.firstRank
        guard distance <= stretch.positions.upperBound - stretch.positions.lowerBound else { return nil }
        return stretch.positions.lowerBound + distance
    }

    private func address(at position: UInt128) -> IPAddress? {
        let index = stretches.indices.partitioningIndex { stretches[$0].positions.lowerBound > position } - 1
        guard index >= 0 else { return nil }
        let rank = stretches[index].firstRank + (position - stretches[index].positions.lowerBound)
        return IPAddress(family: family, number: edges.number(atRank: rank))
    }
}

extension UInt128 {
    fileprivate func saturatingAdd(_ other: UInt128) -> UInt128 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }
}

extension ClosedRange<UInt128> {
    /// Saturated.
    fileprivate var size: UInt128 { (upperBound - lowerBound).saturatingAdd(1) }

    /// Without the first address when this is an IPv6 prefix of /126 or shorter: that one is the prefix's
    /// subnet-router anycast address (RFC 4291 section 2.6.1; RFC 6164 exempts /127).
    func withoutSubnetRouter(_ family: AddressFamily) -> ClosedRange? {
        let mask = upperBound - lowerBound
        let isPrefix = mask & (mask &+ 1) == 0 && lowerBound & mask == 0
        return family == .ipv6 && isPrefix && mask >= 3 ? (lowerBound + 1)...upperBound : self
    }
}
