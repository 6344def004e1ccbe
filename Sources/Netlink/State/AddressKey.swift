public import NetworkTypes

/// What tells one address of a namespace from another.
///
/// A link can hold one IPv4 address several times, with different prefix lengths or peers.
public struct AddressKey: Hashable, Sendable, CustomStringConvertible {
    public let link: LinkIndex
    public let address: IPAddress
    public let prefixLength: Int
    /// The other end of a point-to-point address.
    public let peer: IPAddress?

    /// Without a prefix length the address stands alone: /32 or /128.
    public init(link: LinkIndex, address: IPAddress, prefixLength: Int? = nil, peer: IPAddress? = nil) {
        self.link = link
        self.address = address
        self.prefixLength = prefixLength ?? address.family.bitWidth
        self.peer = peer
    }

    public var description: String { "\(address)/\(prefixLength) on link \(link)" }
}
