public import NetworkTypes

/// An address on an interface of a node.
public struct AssignedAddress: Hashable, Sendable {
    /// The address.
    public let address: IPAddress
    /// Of the address's subnet.
    public let prefixLength: Int
    /// The interface it is on.
    public let interface: String
    /// What is left of the preferred lifetime, in whole seconds; nil for ever.
    public let preferred: Duration?
    /// What is left of the valid lifetime, in whole seconds; nil for ever.
    public let valid: Duration?

    /// `ip` writes "for ever" as the largest 32-bit number.
    static func lifetime(_ seconds: UInt32) -> Duration? {
        seconds == .max ? nil : .seconds(seconds)
    }
}
