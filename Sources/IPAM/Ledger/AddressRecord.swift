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
    var rest: Rest?
    var conflict: Conflict?

    var standing: AddressStanding {
        if holding != nil { return .used }
        if isReserved { return .reserved }
        if conflict != nil { return .conflicted }
        return rest == nil ? .free : .quarantined
    }
}
