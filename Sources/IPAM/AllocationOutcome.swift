public import NetworkTypes

/// What a Service holds after it was looked at, and what it does not get.
public struct AllocationOutcome: Hashable, Sendable {
    /// Something worth telling about what the Service holds.
    public enum Note: Hashable, Sendable {
        /// It keeps an address that is in no pool which admits it.
        case outOfPool(IPAddress)
        /// It would take the family too, but cannot have it.
        case without(AddressFamily, Refusal)
        /// It keeps an address, since it cannot have the one of that family that it asks for.
        case kept(IPAddress, Refusal)
        /// It had to let go of the address just now; said once, by the call that did it.
        case lost(IPAddress, Refusal)
        /// Its record names an address that it was not given; said by whoever reads records, as long as that is so.
        case ignored(IPAddress, Refusal)
    }

    /// The addresses to record, in the order of the Service's families.
    public let held: [IPAddress]
    /// Why the request is not met; what is in `held` is then what the Service had and may keep.
    public let refusal: Refusal?
    /// Lost addresses first, then those out of pool, then missing families.
    public let notes: [Note]

    /// Whether to try again when the ledger's `generation` has grown.
    public var wantsMore: Bool {
        refusal != nil
            || notes.contains {
                switch $0 {
                case .without, .kept, .outOfPool: true
                case .lost, .ignored: false
                }
            }
    }
}

extension AllocationOutcome.Note {
    /// A stable code for conditions and metrics.
    public var reason: String {
        switch self {
        case .outOfPool: "OutOfPool"
        case .without: "FamilyUnavailable"
        case .kept(_, let refusal): refusal.reason
        case .lost: "AddressLost"
        case .ignored(_, let refusal): refusal.reason
        }
    }

    /// What is so and what can be done about it.
    public var sentence: String {
        switch self {
        case .outOfPool(let address):
            "\(address) is in no pool open to the Service, which keeps it; to move it, ask for an address of a pool"
                + " with herald-lb.io/addresses, or set onRemoval: reassign on a pool"
        case .without(let family, let refusal): "no \(family.rawValue) address: \(refusal.sentence)"
        case .kept(let address, let refusal): "keeps \(address): \(refusal.sentence)"
        case .lost(let address, let refusal): "gave up \(address): \(refusal.sentence)"
        case .ignored(_, let refusal): refusal.sentence
        }
    }
}
