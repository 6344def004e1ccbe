public import NetworkTypes

/// What tells one address of a namespace from another.
///
/// A link can hold one IPv4 address several times, with different prefix lengths or peers.
public struct AddressKey: Hashable, Sendable, CustomStringConvertible {
    /// The link that holds it.
    public let link: LinkIndex
    /// The address itself.
    public let address: IPAddress
    /// 0 to 32 or 128.
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

    /// `address/length on link index`.
    public var description: String { "\(address)/\(prefixLength) on link \(link)" }
}
