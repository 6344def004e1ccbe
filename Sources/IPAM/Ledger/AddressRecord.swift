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

    private struct Exceptions: Sendable {
        var rest: Rest?
        var conflict: Conflict?
        var retirees: [ServiceKey: Claims] = [:]

        var isNone: Bool { rest == nil && conflict == nil && retirees.isEmpty }
    }

    private enum Box: Sendable {
        indirect case exceptions(Exceptions)
    }

    var holding: Holding?
    var isReserved = false
    /// A Service has it inside the cluster.
    var isClusterIP = false
    /// Kept elsewhere, for few addresses have any.
    private var box: Box?

    private var exceptions: Exceptions {
        get { if case .exceptions(let exceptions)? = box { exceptions } else { Exceptions() } }
        set { box = newValue.isNone ? nil : .exceptions(newValue) }
    }

    var rest: Rest? {
        get { exceptions.rest }
        set { exceptions.rest = newValue }
    }

    var conflict: Conflict? {
        get { exceptions.conflict }
        set { exceptions.conflict = newValue }
    }

    /// Services that do not hold it though their records may name it, and what they would occupy.
    var retirees: [ServiceKey: Claims] {
        get { exceptions.retirees }
        set { exceptions.retirees = newValue }
    }

    var standing: AddressStanding {
        if holding != nil { return .used }
        if isReserved || isClusterIP { return .reserved }
        if conflict != nil { return .conflicted }
        return box == nil ? .free : .quarantined
    }
}
