public import NetworkTypes

/// What tells one address of a namespace from another.
///
/// A link can hold one IPv4 address several times, with different prefix lengths or peers.
public struct AddressKey: Hashable, Sendable, CustomStringConvertible {
    /// Kept elsewhere, for few addresses have one.
    private enum Peer: Hashable, Sendable {
        indirect case address(IPAddress)
    }

    /// The address itself.
    public let address: IPAddress
    private let length: UInt8
    /// The link that holds it.
    public let link: LinkIndex
    private let otherEnd: Peer?

    /// 0 to 32 or 128.
    public var prefixLength: Int { Int(length) }

    /// The other end of a point-to-point address.
    public var peer: IPAddress? {
        guard case .address(let peer)? = otherEnd else { return nil }
        return peer
    }

    /// Without a prefix length the address stands alone: /32 or /128.
    public init(link: LinkIndex, address: IPAddress, prefixLength: Int? = nil, peer: IPAddress? = nil) {
        self.link = link
        self.address = address
        length = UInt8(clamping: prefixLength ?? address.family.bitWidth)
        otherEnd = peer.map(Peer.address)
    }

    /// `address/length on link index`.
    public var description: String { "\(address)/\(prefixLength) on link \(link)" }
}
