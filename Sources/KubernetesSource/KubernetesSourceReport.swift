public import FoundationEssentials

/// How the source stands with the API server, for people to look at.
public struct KubernetesSourceReport: Hashable, Sendable {
    /// Host and port.
    public var server: String
    /// Whether Services are being read.
    public var isReachable: Bool
    /// Since when that has been so.
    public var since: Date
    /// Why it is not.
    public var reason: String?
    /// When what is served was true: now, as long as the server is reachable; nil when nothing is known.
    public var snapshot: Date?
    /// Whether that was read from the state file.
    public var isFromStateFile: Bool
}

/// Whether Services are being read from the API server, and since when.
struct Reachability {
    private(set) var isReachable = false
    private(set) var since: Date
    private(set) var reason: String?

    /// Until the server has answered it is not reachable.
    init(at time: Date) {
        since = time
    }

    mutating func note(isReachable: Bool, reason: String? = nil, at time: Date) {
        self.reason = reason
        guard isReachable != self.isReachable else { return }
        self.isReachable = isReachable
        since = time
    }
}
