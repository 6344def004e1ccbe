import NetworkTypes

/// One address that a Service wants, and what it has in its place.
struct AddressSlot {
    /// One of these, the first preferred.
    var families: [AddressFamily]
    /// The very address, if the Service asks for one.
    var wanted: IPAddress?
    var held: IPAddress?
}

extension AddressRequest {
    /// Without repetition; nil for any.
    var askedFamilies: [AddressFamily]? {
        switch families {
        case .any, .all([]), .atLeastOne([]): nil
        case .all(let families), .atLeastOne(let families):
            families.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
    }

    /// The addresses that the Service wants. `firstChoice` is what it keeps when one of any family is enough.
    func slots(holding held: [IPAddress], firstChoice: IPAddress?) -> [AddressSlot] {
        func slot(_ family: AddressFamily) -> AddressSlot {
            AddressSlot(
                families: [family], wanted: addresses.first { $0.family == family },
                held: held.first { $0.family == family })
        }
        if let askedFamilies { return askedFamilies.map(slot) }
        guard addresses.isEmpty else {
            return AddressFamily.allCases.filter { family in addresses.contains { $0.family == family } }.map(slot)
        }
        let others = AddressFamily.allCases.filter { $0 != firstChoice?.family }
        return [AddressSlot(families: (firstChoice.map { [$0.family] } ?? []) + others, held: firstChoice)]
    }
}
