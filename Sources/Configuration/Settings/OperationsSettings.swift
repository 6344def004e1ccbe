/// `operations`: how the running process is asked about.
public struct OperationsSettings: Hashable, Sendable {
    /// The Unix socket that `herald status` and `herald explain` ask; absolute, at most 107 octets.
    public var socket = "/run/herald/herald.sock"
    /// Where metrics, health and the status page are served; nil: nowhere.
    public var listen: ListenAddress? = .default

    /// Every default.
    public init() {}
}
