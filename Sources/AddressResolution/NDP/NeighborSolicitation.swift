public import NetworkTypes

/// Asks for the link-layer address of a target, or whether the target is free (RFC 4861 section 4.3).
public struct NeighborSolicitation: Equatable, Sendable {
    /// IPv6, not a group.
    public let target: IPAddress
    /// The asker's link-layer address, and the nonce of a probe.
    public var options: NeighborOptions

    /// Nil unless the target is an IPv6 address other than a group.
    public init?(target: IPAddress, options: NeighborOptions = NeighborOptions()) {
        guard target.family == .ipv6, !target.isMulticast else { return nil }
        self.target = target
        self.options = options
    }
}

extension NeighborSolicitation {
    /// ICMPv6 type.
    static let type: UInt8 = 135

    /// Reads what follows the ICMPv6 checksum.
    init(from reader: inout ByteReader) throws(NeighborError) {
        do {
            try reader.skip(4)
            target = try reader.ipv6Address()
        } catch {
            throw .truncated(error)
        }
        guard !target.isMulticast else { throw .multicastTarget(target) }
        options = try NeighborOptions(from: &reader)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeZeros(4)
        writer.write(target)
        options.encode(into: &writer)
    }
}
