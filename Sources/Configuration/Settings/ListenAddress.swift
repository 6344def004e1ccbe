public import NetworkTypes

/// An address and TCP port to listen on, written `127.0.0.1:9817` or `[::1]:9817`.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// The unspecified address for every one of the host.
    public var address: IPAddress
    /// Never zero.
    public var port: UInt16

    /// The port must not be zero.
    public init(address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// `127.0.0.1:9817`.
    public static let `default` = ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 9817)

    /// Whether only the host itself reaches it.
    public var isLoopback: Bool { address.isLoopback }

    /// As it is written in a file.
    public var description: String {
        switch address.family {
        case .ipv4: "\(address):\(port)"
        case .ipv6: "[\(address)]:\(port)"
        }
    }
}
