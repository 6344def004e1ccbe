/// A number that names a session on one system; never zero (RFC 5880 section 6.8.1).
public struct Discriminator: Hashable, Sendable {
    /// The number on the wire.
    public let number: UInt32

    /// Nil for zero, which stands for "not known yet".
    public init?(_ number: UInt32) {
        guard number != 0 else { return nil }
        self.number = number
    }
}
