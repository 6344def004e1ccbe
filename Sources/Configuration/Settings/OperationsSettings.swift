/// `operations`: how the running process is asked about.
public struct OperationsSettings: Hashable, Sendable {
    /// The Unix socket through which `herald status`, `herald drain` and the like reach the running process; an
    /// absolute path of at most 107 octets.
    public var socket = "/run/herald/herald.sock"
    /// Where metrics, health and the status page are served; nil: nowhere.
    public var listen: ListenAddress? = .default

    /// Every default.
    public init() {}
}
