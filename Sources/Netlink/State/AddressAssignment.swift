/// An address for the kernel to hold, marked as ours.
public struct AddressAssignment: Hashable, Sendable {
    /// The address, its length and its link.
    public var key: AddressKey
    /// How long it stays unless refreshed.
    public var lifetime: AddressLifetime
    /// By default in use at once and without a route to its subnet, as fits an address of full length.
    public var flags: InterfaceAddress.Flags = [.noDuplicateDetection, .noPrefixRoute]
    /// How far it is valid.
    public var scope: InterfaceAddress.Scope = .universe
    /// IPv4 only, at most 15 octets; nil leaves it to be the name of the link. No mark: see `InterfaceAddress.isOurs`.
    public var label: String?

    /// An address in use at once, valid everywhere, without a label.
    public init(_ key: AddressKey, lifetime: AddressLifetime) {
        self.key = key
        self.lifetime = lifetime
    }
}
