import NetworkTypes

/// What happens to datagrams between nodes, which are numbered from 0.
struct SimulatedNetwork {
    let count: Int
    /// Bit `to` of the entry `from`: nothing gets through in that direction.
    private(set) var cuts: [UInt16]
    /// Per mille.
    var loss = 0
    var duplication = 0
    var delay: ClosedRange<Int> = 100...2_000

    init(count: Int) {
        self.count = count
        cuts = [UInt16](repeating: 0, count: count)
    }

    func passes(from: Int, to: Int) -> Bool { cuts[from] & (1 << UInt16(to)) == 0 }

    mutating func cut(from: Int, to: Int) { cuts[from] |= 1 << UInt16(to) }

    /// Lets nothing pass between the nodes of `side` and the others.
    mutating func split(_ side: UInt16) {
        for from in 0..<count {
            for to in 0..<count where (side >> UInt16(from)) & 1 != (side >> UInt16(to)) & 1 { cut(from: from, to: to) }
        }
    }

    mutating func healAll() { cuts = [UInt16](repeating: 0, count: count) }

    /// The delays, in microseconds, after which copies of a datagram arrive: usually one.
    func copies(from: Int, to: Int, using random: inout SeededGenerator) -> [Int] {
        guard passes(from: from, to: to) else { return [] }
        guard loss == 0 || Int.random(in: 0..<1_000, using: &random) >= loss else { return [] }
        let first = Int.random(in: delay, using: &random)
        guard duplication > 0, Int.random(in: 0..<1_000, using: &random) < duplication else { return [first] }
        return [first, Int.random(in: delay, using: &random)]
    }

    /// For each node those that it and others of `running` reach in both directions.
    func mutual(among running: UInt16) -> [UInt16] {
        (0..<count).map { node in
            guard running & (1 << UInt16(node)) != 0 else { return 0 }
            return (0..<count).reduce(UInt16(0)) { mask, other in
                let isMutual = passes(from: node, to: other) && passes(from: other, to: node)
                return isMutual && running & (1 << UInt16(other)) != 0 ? mask | (1 << UInt16(other)) : mask
            }
        }
    }
}
