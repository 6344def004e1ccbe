public import NetworkTypes

/// What became of addresses that a Service had on record.
public struct AdoptionOutcome: Hashable, Sendable {
    /// An address that the Service cannot keep.
    public struct Refused: Hashable, Sendable {
        /// What was on record.
        public let address: IPAddress
        /// Why it is not the Service's.
        public let refusal: Refusal
    }

    /// Held by the Service from now on, in the order given.
    public let adopted: [IPAddress]
    /// In the order given.
    public let refused: [Refused]
    /// Those adopted that are in no pool which admits the Service.
    public let outOfPool: [IPAddress]
}
