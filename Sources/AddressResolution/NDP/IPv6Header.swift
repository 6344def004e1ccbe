import NetworkTypes

/// The fixed header of an IPv6 packet (RFC 8200 section 3); traffic class and flow label are ignored, and sent as 0.
struct IPv6Header: Equatable, Sendable {
    static let length = 40
    /// The next header value of ICMPv6.
    static let icmpv6: UInt8 = 58

    var payloadLength: UInt16
    var nextHeader: UInt8
    var hopLimit: UInt8
    var source: IPAddress
    var destination: IPAddress
}

extension IPv6Header {
    init(from reader: inout ByteReader) throws(NeighborError) {
        let version: UInt8
        do throws(ByteReader.Truncated) {
            version = UInt8(truncatingIfNeeded: try reader.uint32() >> 28)
            payloadLength = try reader.uint16()
            nextHeader = try reader.uint8()
            hopLimit = try reader.uint8()
            source = try reader.ipv6Address()
            destination = try reader.ipv6Address()
        } catch {
            throw .truncated(error)
        }
        guard version == 6 else { throw .version(version) }
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(UInt32(6) << 28)
        writer.write(payloadLength)
        writer.write(nextHeader)
        writer.write(hopLimit)
        writer.write(source)
        writer.write(destination)
    }
}
