import NetworkTypes

/// Claims of one node in the order of their addresses, each address once.
struct HeldAddresses: Equatable, Sendable {
    private(set) var sorted: [HeldAddress] = []

    init() {}

    /// Nil unless the addresses ascend.
    init?(sorted: [HeldAddress]) {
        guard zip(sorted, sorted.dropFirst()).allSatisfy({ $0.address < $1.address }) else { return nil }
        self.sorted = sorted
    }

    var count: Int { sorted.count }

    subscript(address: IPAddress) -> HeldAddress? {
        let index = position(of: address)
        return index < sorted.count && sorted[index].address == address ? sorted[index] : nil
    }

    /// Adds the claim, in place of one of the same address.
    mutating func insert(_ claim: HeldAddress) {
        let index = position(of: claim.address)
        if index < sorted.count, sorted[index].address == claim.address {
            sorted[index] = claim
        } else {
            sorted.insert(claim, at: index)
        }
    }

    mutating func remove(_ address: IPAddress) {
        let index = position(of: address)
        guard index < sorted.count, sorted[index].address == address else { return }
        sorted.remove(at: index)
    }

    /// The addresses whose claims differ, ascending.
    func differences(from other: HeldAddresses) -> [IPAddress] {
        var result: [IPAddress] = []
        var ours = sorted[...]
        var theirs = other.sorted[...]
        while let left = ours.first, let right = theirs.first {
            if left != right { result.append(min(left.address, right.address)) }
            if left.address <= right.address { ours = ours.dropFirst() }
            if right.address <= left.address { theirs = theirs.dropFirst() }
        }
        return result + (ours.isEmpty ? theirs : ours).map(\.address)
    }

    private func position(of address: IPAddress) -> Int {
        var low = 0
        var high = sorted.count
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle].address < address { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
