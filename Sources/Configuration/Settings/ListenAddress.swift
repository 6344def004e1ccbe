public import NetworkTypes

/// An address and TCP port to listen on, written `127.0.0.1:9817` or `[::1]:9817`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// IPv4 or IPv6.
    public var address: IPAddress
    /// Never zero.
    public var port: UInt16

    /// Checks nothing: `port` is not to be zero.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `127.0.0.1:9817`.
    public static let `default` = ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 9817)

    /// Whether only the host itself reaches it.
    public var isLoopback: Bool { address.isLoopback }

    /// As it is written in the configuration, an IPv6 address in brackets.
    public var description: String {
        switch address.family {
        case .ipv4: "\(address):\(port)"
        case .ipv6: "[\(address)]:\(port)"
        }
    }
}
