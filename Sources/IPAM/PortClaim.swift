/// A transport protocol and port that a Service answers on: what two Services on one address must not both use.
public struct PortClaim: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The transport protocols of a Service port.
    public enum Transport: String, Sendable, Hashable, CaseIterable {
        case tcp = "TCP"
        case udp = "UDP"
        case sctp = "SCTP"
    }

    /// What the port belongs to: 80/TCP and 80/UDP do not clash.
    public let transport: Transport
    /// The port of the Service, not that of its nodes or pods.
    public let port: UInt16

    /// Any port is taken, also 0.
    public init(_ transport: Transport, _ port: UInt16) {
        self.transport = transport
        self.port = port
    }

    /// By port, then by the name of the transport.
    public static func < (left: PortClaim, right: PortClaim) -> Bool {
        (left.port, left.transport.rawValue) < (right.port, right.transport.rawValue)
    }

    /// As in `443/TCP`.
    public var description: String { "\(port)/\(transport.rawValue)" }
}
