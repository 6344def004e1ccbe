import NetworkTypes

/// All that is known of one address that is not simply free.
struct AddressRecord: Sendable {
    /// The rest of an address after its last holder let go of it.
    struct Rest: Sendable {
        let formerOwner: ServiceKey
        let end: MonotonicTime
    }

    /// Another host's claim to the address.
    struct Conflict: Sendable {
        /// Nil: until it is cleared.
        let end: MonotonicTime?
    }

    var holding: Holding?
    var isReserved = false
    /// A Service has it inside the cluster.
    var isClusterIP = false
    var rest: Rest?
    var conflict: Conflict?
    /// Services that do not hold it though their records may name it, and what they would occupy.
    var retirees: [ServiceKey: Claims] = [:]

    var standing: AddressStanding {
        if holding != nil { return .used }
        if isReserved || isClusterIP { return .reserved }
        if conflict != nil { return .conflicted }
        return rest == nil && retirees.isEmpty ? .free : .quarantined
    }
}
