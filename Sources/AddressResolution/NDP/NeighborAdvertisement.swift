public import NetworkTypes

/// Tells the link-layer address of a target, asked for or not (RFC 4861 section 4.4).
public struct NeighborAdvertisement: Equatable, Sendable {
    /// The sender forwards packets (R).
    public var isRouter: Bool
    /// Answers a solicitation that was sent to the target (S).
    public var isSolicited: Bool
    /// Replaces a link-layer address that the receiver remembers (O).
    public var isOverride: Bool
    /// IPv6, not a group.
    public let target: IPAddress
    /// The link-layer address that is told.
    public var options: NeighborOptions

    /// Nil unless the target is an IPv6 address other than a group.
    public init?(
        target: IPAddress, isRouter: Bool, isSolicited: Bool, isOverride: Bool,
        options: NeighborOptions = NeighborOptions()
    ) {
        guard target.family == .ipv6, !target.isMulticast else { return nil }
        self.target = target
        self.isRouter = isRouter
        self.isSolicited = isSolicited
        self.isOverride = isOverride
        self.options = options
    }
}

extension NeighborAdvertisement {
    /// ICMPv6 type.
    static let type: UInt8 = 136

    private static let router: UInt32 = 1 << 31
    private static let solicited: UInt32 = 1 << 30
    private static let override: UInt32 = 1 << 29

    /// Reads what follows the ICMPv6 checksum.
    init(from reader: inout ByteReader) throws(NeighborError) {
        let flags: UInt32
        do {
            flags = try reader.uint32()
            target = try reader.ipv6Address()
        } catch {
            throw .truncated(error)
        }
        isRouter = flags & Self.router != 0
        isSolicited = flags & Self.solicited != 0
        isOverride = flags & Self.override != 0
        guard !target.isMulticast else { throw .multicastTarget(target) }
        options = try NeighborOptions(from: &reader)
    }

    func encode(into writer: inout ByteWriter) {
        let flags = (isRouter ? Self.router : 0) | (isSolicited ? Self.solicited : 0) | (isOverride ? Self.override : 0)
        writer.write(flags)
        writer.write(target)
        options.encode(into: &writer)
    }
}
