/// Which objects a list or a watch covers.
public struct Selection: Hashable, Sendable {
    /// Nil: all namespaces.
    public var namespace: String?
    /// As in `app=web,tier!=test`.
    public var labels: String?
    /// As in `spec.type=LoadBalancer`.
    public var fields: String?

    /// All objects unless narrowed.
    public init(namespace: String? = nil, labels: String? = nil, fields: String? = nil) {
        self.namespace = namespace
        self.labels = labels
        self.fields = fields
    }

    var query: [(String, String)] {
        [("labelSelector", labels), ("fieldSelector", fields)].compactMap { name, value in
            value.map { (name, $0) }
        }
    }
}

/// How a watch begins.
struct WatchRequest: Hashable, Sendable {
    enum Start: Hashable, Sendable {
        /// With all that exists, ended by a bookmark that says so (a streaming list).
        case everything
        /// After this resource version.
        case after(String)
    }

    var start: Start
    /// The server ends the stream after this time.
    var duration: Duration

    init(start: Start, duration: Duration) {
        self.start = start
        self.duration = duration
    }

    var query: [(String, String)] {
        var items = [
            ("watch", "true"), ("allowWatchBookmarks", "true"),
            ("timeoutSeconds", "\(max(1, duration.components.seconds))"),
        ]
        switch start {
        case .everything:
            items += [("sendInitialEvents", "true"), ("resourceVersionMatch", "NotOlderThan")]
        case .after(let version): items.append(("resourceVersion", version))
        }
        return items
    }
}
