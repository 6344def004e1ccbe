import NetworkTypes

/// Which addresses automatic choice leaves out, and how the others are numbered without gaps ("ranks").
///
/// With ranks, a full pool has no holes where the left-out addresses are, so finding a free one never steps over them.
enum EdgeRule: Sendable {
    /// Leaves out nothing.
    case none
    /// IPv4 addresses whose last octet is 0 or 255.
    case lastOctet
    /// IPv6 addresses whose interface identifier is zero: subnet-router anycast (RFC 4291 section 2.6.1).
    case interfaceIdentifier

    init(family: AddressFamily, skipsEdges: Bool) {
        switch (skipsEdges, family) {
        case (false, _): self = .none
        case (true, .ipv4): self = .lastOctet
        case (true, .ipv6): self = .interfaceIdentifier
        }
    }

    /// The bits of an address within its block, and how many addresses of a block have a rank.
    private var block: (bits: UInt128, ranked: UInt128) {
        switch self {
        case .none: (0, 1)
        case .lastOctet: (8, 254)
        case .interfaceIdentifier: (64, UInt128(UInt64.max))
        }
    }

    /// Nil for an address that is left out.
    func rank(of number: UInt128) -> UInt128? {
        guard let ranks = ranks(of: number...number) else { return nil }
        return ranks.lowerBound
    }

    func number(atRank rank: UInt128) -> UInt128 {
        if case .none = self { return rank }
        let (quotient, remainder) = rank.quotientAndRemainder(dividingBy: block.ranked)
        return quotient << block.bits + remainder + 1
    }

    /// The ranks of those addresses of `numbers` that have one; nil when none has.
    func ranks(of numbers: ClosedRange<UInt128>) -> ClosedRange<UInt128>? {
        if case .none = self { return numbers }
        let first = rankedBefore(numbers.lowerBound)
        let end = rankedBefore(numbers.upperBound) + (isEdge(numbers.upperBound) ? 0 : 1)
        return first < end ? first...(end - 1) : nil
    }

    private func isEdge(_ number: UInt128) -> Bool {
        switch self {
        case .none: false
        case .lastOctet: number & 0xFF == 0 || number & 0xFF == 0xFF
        case .interfaceIdentifier: number & UInt128(UInt64.max) == 0
        }
    }

    /// How many ranked addresses are lower than `number`.
    private func rankedBefore(_ number: UInt128) -> UInt128 {
        let (bits, ranked) = block
        let offset = number & ((1 << bits) - 1)
        return (number >> bits) * ranked + min(max(offset, 1) - 1, ranked)
    }
}
