/// How a node stands with the cluster's API server, in `herald status --json`.
public struct ClusterStatus: Codable, Hashable, Sendable {
    /// Host and port of the API server.
    public var server: String
    /// Whether Services are being read from it.
    public var reachable: Bool
    /// Since when that has been so.
    public var since: String
    /// Why it is not reachable.
    public var reason: String?
    /// When what is served was last known to be true; nil when nothing is known.
    public var snapshot: String?
    /// How long ago that was, in seconds; 0 while the server is reachable.
    public var snapshotAge: Int?
    /// Whether it was read from the state file, since the server has not answered yet.
    public var fromStateFile: Bool
    /// The node that allocates; nil while it is not known.
    public var allocator: String?

    /// Checks nothing: points in time are to be RFC 3339 in UTC.
    public init(
        server: String, reachable: Bool, since: String, reason: String?, snapshot: String?, snapshotAge: Int?,
        fromStateFile: Bool, allocator: String?
    ) {
        self.server = server
        self.reachable = reachable
        self.since = since
        self.reason = reason
        self.snapshot = snapshot
        self.snapshotAge = snapshotAge
        self.fromStateFile = fromStateFile
        self.allocator = allocator
    }

    /// For the head of a table.
    public var lines: [String] {
        var lines = [
            reachable
                ? "API server \(server) reachable since \(since)"
                : "API SERVER \(server) NOT REACHABLE since \(since)" + (reason.map { ": \($0)" } ?? "")
        ]
        if !reachable, let snapshot, let snapshotAge {
            lines.append(
                "what is served was last known \(snapshotAge) s ago, at \(snapshot)"
                    + (fromStateFile ? ", and comes from the state file" : ""))
        }
        lines.append(allocator.map { "allocated by node \($0)" } ?? "it is not known which node allocates")
        return lines
    }
}
