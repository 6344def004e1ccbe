/// Where Services come from.
public enum Source: Hashable, Sendable {
    /// The Kubernetes API.
    case kubernetes
    /// Manifests in a directory.
    case directory(DirectorySettings)

    /// Lets a relative path start where the configuration file is.
    func relative(toFile file: String) -> Source {
        guard case .directory(var settings) = self, !settings.path.hasPrefix("/"),
            let slash = file.lastIndex(of: "/")
        else { return self }
        settings.path = String(file[...slash]) + settings.path
        return .directory(settings)
    }
}

/// `source.directory`.
public struct DirectorySettings: Hashable, Sendable {
    /// Where the manifests are.
    public var path: String
    /// Where assignments and statuses are kept; absolute.
    public var stateDirectory = "/var/lib/herald"
    /// The labels of each namespace, for `namespaceSelector`.
    public var namespaces: [String: [String: String]] = [:]

    /// Every default but the path, which has none.
    public init(path: String) {
        self.path = path
    }
}
