/// An address block in prefix notation (RFC 4632, RFC 4291 section 2.3), with no host bits set.
public struct CIDR: Hashable, Sendable {
    /// The first address of the block.
    public let network: IPAddress
    /// 0 to 32 for IPv4, 0 to 128 for IPv6.
    public let prefixLength: Int

    /// The block of this length that holds `address`; nil when the length does not fit the family.
    public init?(containing address: IPAddress, prefixLength: Int) {
        guard (0...address.family.bitWidth).contains(prefixLength),
            let network = IPAddress(
                family: address.family, number: address.number & ~Self.hostBits(address.family, prefixLength))
        else { return nil }
        self.network = network
        self.prefixLength = prefixLength
    }

    /// The block that holds one address alone: /32 or /128.
    public init(_ address: IPAddress) {
        network = address
        prefixLength = address.family.bitWidth
    }

    /// Of every address in the block.
    public var family: AddressFamily { network.family }

    /// Every address of the block.
    public var range: AddressRange {
        AddressRange(
            uncheckedFamily: family, first: network.number,
            last: network.number | Self.hostBits(family, prefixLength))
    }

    /// False for an address of the other family.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == family && address.number & ~Self.hostBits(family, prefixLength) == network.number
    }

    /// Whether every address of `other` is in this block; a block contains itself.
    public func contains(_ other: CIDR) -> Bool {
        other.prefixLength >= prefixLength && contains(other.network)
    }

    private static func hostBits(_ family: AddressFamily, _ prefixLength: Int) -> UInt128 {
        let count = family.bitWidth - prefixLength
        return count == 128 ? .max : (1 << UInt128(count)) - 1
    }
}

extension CIDR: LosslessStringConvertible {
    /// Reads `address/length`; nil when host bits are set, so that 10.0.0.5/24 is never quietly taken for 10.0.0.0/24.
    public init?(_ text: String) {
        guard let (address, length) = Self.parts(of: text), let block = CIDR(containing: address, prefixLength: length),
            block.network == address
        else { return nil }
        self = block
    }

    /// The address and length as written, host bits and all; nil when `text` is not of that form.
    public static func parts(of text: String) -> (address: IPAddress, prefixLength: Int)? {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), (1...3).contains(parts[1].utf8.count),
            parts[1].utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let length = Int(parts[1]), length <= address.family.bitWidth
        else { return nil }
        return (address, length)
    }

    /// `network/length`, the network in canonical text (RFC 5952 for IPv6).
    public var description: String { "\(network)/\(prefixLength)" }
}

extension CIDR: Comparable {
    /// By network, then the shorter prefix first.
    public static func < (left: CIDR, right: CIDR) -> Bool {
        (left.network, left.prefixLength) < (right.network, right.prefixLength)
    }
}
