internal import CLinux
internal import Glibc
internal import NetworkTypes

/// How TCP connections are set up; what is nil is left to the system.
public struct TCPOptions: Sendable {
    /// Takes part in the traffic of this interface alone.
    public var device: String?
    /// Hop limit (TTL) of what is sent, 1 to 255.
    public var hopLimit: UInt8?
    /// Segments that arrive with a lower hop limit are dropped unseen (GTSM, RFC 5082 section 3).
    public var minimumHopLimit: UInt8?
    /// Queueing class of what is sent.
    public var dscp: DSCP?
    /// How long what was sent may stay unacknowledged before the connection is given up; a millisecond at least.
    public var userTimeout: Duration?
    /// Octets that a connection keeps beyond what the kernel takes.
    public var unsentLimit = 256 * 1024

    /// Everything left to the system.
    public init() {}
}

extension Descriptor {
    /// Sets a new TCP socket up. Accepted connections inherit all of it from their listener.
    func apply(_ options: TCPOptions, _ family: AddressFamily) throws(SystemError) {
        if family == .ipv6 { try enable(.ipv6Only) }
        try enable(.noDelay)
        try applyToConnection(options, family)
        if let device = options.device { try bind(toDevice: device) }
    }

    /// What can be changed at any time.
    func applyToConnection(_ options: TCPOptions, _ family: AddressFamily) throws(SystemError) {
        if let hopLimit = options.hopLimit { try set(.hopLimit(family), to: Int32(hopLimit)) }
        if let minimum = options.minimumHopLimit { try set(.minimumHopLimit(family), to: Int32(minimum)) }
        if let dscp = options.dscp { try set(.trafficClass(family), to: dscp.trafficClass) }
        if let timeout = options.userTimeout {
            let milliseconds = Int32(clamping: timeout.wholeNanoseconds / 1_000_000)
            try set(.userTimeout, to: max(milliseconds, 1))
        }
    }
}
