import NetworkTypes

/// The name of the speaker, for people who look at sessions (draft-walton-bgp-hostname-capability).
public struct HostName: Hashable, Sendable {
    /// Without the domain; at most 64 octets are sent.
    public var host: String
    /// May be empty; at most 64 octets are sent.
    public var domain: String

    /// Any two texts.
    public init(host: String, domain: String = "") {
        self.host = host
        self.domain = domain
    }

    init(from reader: inout ByteReader) throws(ByteReader.Truncated) {
        let hostLength = try reader.uint8()
        host = String(decoding: try reader.slice(Int(hostLength)), as: UTF8.self)
        let domainLength = try reader.uint8()
        domain = String(decoding: try reader.slice(Int(domainLength)), as: UTF8.self)
    }

    func encode(into writer: inout ByteWriter) {
        writer.writeText(host, limit: 64)
        writer.writeText(domain, limit: 64)
    }
}
