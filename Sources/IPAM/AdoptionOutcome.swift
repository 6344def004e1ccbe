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

    /// In the order given.
    public let refused: [Refused]
}
