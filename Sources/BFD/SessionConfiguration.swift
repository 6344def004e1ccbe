/// What one side brings into a session.
public struct SessionConfiguration: Hashable, Sendable {
    /// Whether the session speaks first (RFC 5880 section 6.1).
    public enum Role: Hashable, Sendable {
        case active
        /// Sends nothing before something was heard.
        case passive
    }

    /// The interval at which packets are to be sent while the session is up.
    public var transmitInterval: Duration
    /// The least interval at which packets can be received.
    public var receiveInterval: Duration
    /// How many packets the other side may miss before it counts this one as gone; not zero.
    public var multiplier: UInt8
    /// Whether the session speaks first.
    public var role: Role
    /// Whether this BFD survives its control plane (C bit).
    public var isControlPlaneIndependent: Bool

    /// A multiplier of zero becomes one. The session brings intervals to between a microsecond and 71 minutes, which is
    /// what a packet can say.
    public init(
        transmitInterval: Duration = .milliseconds(50), receiveInterval: Duration = .milliseconds(50),
        multiplier: UInt8 = 3, role: Role = .active, isControlPlaneIndependent: Bool = false
    ) {
        self.transmitInterval = transmitInterval
        self.receiveInterval = receiveInterval
        self.multiplier = max(multiplier, 1)
        self.role = role
        self.isControlPlaneIndependent = isControlPlaneIndependent
    }
}

extension Duration {
    /// Microseconds in the 32 bits of a packet, at least one.
    var packetMicroseconds: UInt32 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 1 }
        guard seconds < 4294 else { return .max }
        return max(UInt32(seconds * 1_000_000 + attoseconds / 1_000_000_000_000), 1)
    }

    /// The interval that 32 bits of a packet say.
    init(packetMicroseconds: UInt32) {
        self = .microseconds(Int64(packetMicroseconds))
    }
}
