import NetworkTypes

/// Which pool each address belongs to, and what is free in it.
///
/// Addresses that no host can own belong to no pool. Where pools overlap, which `Configuration` refuses, the one that is
/// tried first has the address.
struct PoolLayout: Sendable {
    private struct Piece {
        let numbers: ClosedRange<UInt128>
        let pool: Int
    }

    /// As configured.
    let pools: [Pool]
    /// From which the cluster gives cluster IPs; no address of them is chosen.
    let clusterRanges: [AddressRange]
    /// Indexes of `pools`: by priority, then in the order written.
    let trialOrder: [Int]
    /// Ascending and disjoint, by family.
    private var pieces: [[Piece]] = AddressFamily.allCases.map { _ in [] }
    /// One for each pool and family; see `index`.
    private var spaces: [AddressSpace] = []

    init(_ pools: [Pool] = [], clusterRanges: [AddressRange] = []) {
        self.pools = pools
        self.clusterRanges = clusterRanges
        trialOrder = pools.indices.sorted { (pools[$1].priority, $0) < (pools[$0].priority, $1) }
        var claimed = AddressFamily.allCases.map(\.unassignable)
        for pool in trialOrder {
            for range in pools[pool].ranges {
                let family = range.family.index
                for part in claimed[family].absent(in: range.first.number...range.last.number) {
                    claimed[family].insert(absent: part)
                    pieces[family].append(Piece(numbers: part, pool: pool))
                }
            }
        }
        for family in pieces.indices { pieces[family].sort { $0.numbers.lowerBound < $1.numbers.lowerBound } }
        makeSpaces()
    }

    private mutating func makeSpaces() {
        var parts = Array(repeating: [ClosedRange<UInt128>](), count: pools.count * AddressFamily.allCases.count)
        for family in AddressFamily.allCases {
            for piece in pieces[family.index] { parts[index(piece.pool, family)].append(piece.numbers) }
        }
        let left = AddressFamily.allCases.map(clusterRanges(of:))
        for pool in pools.indices {
            for family in AddressFamily.allCases {
                spaces.append(
                    AddressSpace(
                        family: family, pieces: parts[index(pool, family)],
                        skipsEdges: pools[pool].skipEdgeAddresses, clusterRanges: left[family.index]))
            }
        }
    }

    private func clusterRanges(of family: AddressFamily) -> IntervalSet {
        clusterRanges.filter { $0.family == family }.reduce(into: IntervalSet()) { set, range in
            for part in set.absent(in: range.first.number...range.last.number) { set.insert(absent: part) }
        }
    }

    /// The range of cluster IPs that has the address.
    func clusterRange(of address: IPAddress) -> AddressRange? {
        clusterRanges.first { $0.contains(address) }
    }

    private func index(_ pool: Int, _ family: AddressFamily) -> Int {
        pool * AddressFamily.allCases.count + family.index
    }

    /// The index in `pools`; nil when no pool has the address.
    func poolIndex(of address: IPAddress) -> Int? {
        let pieces = pieces[address.family.index]
        let index = pieces.indices.partitioningIndex { pieces[$0].numbers.lowerBound > address.number } - 1
        guard index >= 0, pieces[index].numbers.contains(address.number) else { return nil }
        return pieces[index].pool
    }

    func pool(of address: IPAddress) -> Pool? {
        poolIndex(of: address).map { pools[$0] }
    }

    /// Whether the pool has any address of the family, free or not.
    func has(_ family: AddressFamily, in pool: Int) -> Bool {
        spaces[index(pool, family)].size > 0
    }

    /// The address of the pool to take next; nil when it is full.
    func nextFree(_ family: AddressFamily, in pool: Int, for service: ServiceKey) -> IPAddress? {
        spaces[index(pool, family)].nextFree(pools[pool].order, for: service)
    }

    /// What the next Services of the pool get, at most `count` of each family.
    func nextFree(in pool: Int, count: Int) -> [IPAddress] {
        AddressFamily.allCases.flatMap { spaces[index(pool, $0)].nextFree(pools[pool].order, count: count) }
    }

    /// Whether the address is in a pool, but no automatic choice of it.
    func leavesOut(_ address: IPAddress) -> Bool {
        poolIndex(of: address).map { spaces[index($0, address.family)].leavesOut(address) } ?? false
    }

    mutating func move(_ address: IPAddress, from old: AddressStanding, to new: AddressStanding) {
        guard old != new, let pool = poolIndex(of: address) else { return }
        spaces[index(pool, address.family)].move(address, from: old, to: new)
    }

    /// One for each pool and family that has addresses, as configured.
    var usage: [PoolUsage] {
        pools.indices.flatMap { usage(of: $0, AddressFamily.allCases) }
    }

    func usage(of pool: Int, _ families: [AddressFamily]) -> [PoolUsage] {
        families.filter { has($0, in: pool) }.map { spaces[index(pool, $0)].usage(of: pools[pool].name) }
    }
}

extension AddressFamily {
    fileprivate var index: Int {
        switch self {
        case .ipv4: 0
        case .ipv6: 1
        }
    }

    /// The numbers that `IPAddress.isAssignable` denies.
    fileprivate var unassignable: IntervalSet {
        let blocks: [ClosedRange<UInt128>] =
            switch self {
            case .ipv4:
                [
                    0...0x00FF_FFFF, 0x7F00_0000...0x7FFF_FFFF, 0xA9FE_0000...0xA9FE_FFFF,
                    0xE000_0000...0xFFFF_FFFF,
                ]
            case .ipv6:
                [
                    0...1, 0xFFFF_0000_0000...0xFFFF_FFFF_FFFF, 0x3FA << 118...(0x3FB << 118) - 1,
                    0xFF << 120...UInt128.max,
                ]
            }
        return blocks.reduce(into: IntervalSet()) { $0.insert(absent: $1) }
    }
}
