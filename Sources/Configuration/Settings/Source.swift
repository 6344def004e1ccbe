/// Where Services come from.
public enum Source: Hashable, Sendable {
    /// The Kubernetes API.
    case kubernetes(KubernetesSettings)
    /// Manifests in a directory.
    case directory(DirectorySettings)

    /// Whether it is an API that all nodes of a cluster share.
    public var isCluster: Bool {
        if case .kubernetes = self { true } else { false }
    }

    /// Lets a relative path start where the configuration file is.
    func relative(toFile file: String) -> Source {
        func resolved(_ path: String) -> String {
            guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
            return String(file[...slash]) + path
        }
        switch self {
        case .directory(var settings):
            settings.path = resolved(settings.path)
            return .directory(settings)
        case .kubernetes(var settings):
            settings.kubeconfig = settings.kubeconfig.map(resolved)
            return .kubernetes(settings)
        }
    }
}

/// `source.kubernetes`.
public struct KubernetesSettings: Hashable, Sendable {
    /// The kubeconfig that names the API server; nil: the pod's service account.
    public var kubeconfig: String?
    /// The context of the kubeconfig; nil: its current one.
    public var context: String?
    /// Where what is needed to start without the API server is kept; absolute.
    public var stateDirectory = "/var/lib/herald"

    /// Every default.
    public init() {}
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
