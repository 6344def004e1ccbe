/// `operations`: how the running process is asked about.
public struct OperationsSettings: Hashable, Sendable {
    /// The Unix socket that `herald status` and `herald explain` ask; absolute, at most 107 octets.
    public var socket = "/run/herald/herald.sock"

    /// Every default.
    public init() {}
}
