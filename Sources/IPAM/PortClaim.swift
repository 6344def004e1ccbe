/// A transport protocol and port that a Service answers on: what two Services on one address must not both use.
public struct PortClaim: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The transport protocols of a Service port.
    public enum Transport: String, Sendable, Hashable, CaseIterable {
        case tcp = "TCP"
        case udp = "UDP"
        case sctp = "SCTP"
    }

    public let transport: Transport
    public let port: UInt16

    public init(_ transport: Transport, _ port: UInt16) {
        self.transport = transport
        self.port = port
    }

    public static func < (left: PortClaim, right: PortClaim) -> Bool {
        (left.port, left.transport.rawValue) < (right.port, right.transport.rawValue)
    }

    /// As in `443/TCP`.
    public var description: String { "\(port)/\(transport.rawValue)" }
}
