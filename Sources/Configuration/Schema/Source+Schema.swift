import YAML

/// `source`, which has exactly one key.
private struct SourceDraft {
    var kubernetes: KubernetesSettings?
    var directory: DirectorySettings?
}

extension Shape where Value == Source {
    static var source: Shape {
        Shape<SourceDraft>.mapping(
            SourceDraft(),
            [
                Field("kubernetes", optional: \.kubernetes, .kubernetes, "Services of the Kubernetes API."),
                Field("directory", optional: \.directory, .directory, "Services of manifests in a directory."),
            ], example: "{kubernetes: {}}"
        ).then(show: { $0 == .kubernetes(.init()) ? "{kubernetes: {}}" : nil }) { draft, node, reading in
            switch (draft.kubernetes, draft.directory) {
            case (let kubernetes?, nil): return .kubernetes(kubernetes)
            case (nil, let directory?): return .directory(directory)
            case (nil, nil):
                reading.error(node.mark, "'source' names no source", cure: "write {kubernetes: {}} or leave it out")
            case (_?, _?):
                reading.error(node.mark, "'source' names two sources", cure: "keep kubernetes or directory")
            }
            return nil
        }
    }
}

extension Shape where Value == KubernetesSettings {
    fileprivate static var kubernetes: Shape {
        mapping(
            KubernetesSettings(),
            [
                Field(
                    "kubeconfig", optional: \.kubeconfig, .path,
                    "The kubeconfig that names the API server; none: the service account of the pod. A relative path "
                        + "starts where the configuration file is."),
                Field(
                    "context", optional: \.context,
                    .text("a name", example: "admin") { _ in }, "The context of the kubeconfig; none: its current one."),
                Field(
                    "stateDirectory", \.stateDirectory, .absolutePath,
                    "Where the Services last known are kept, from which a start without the API server announces."),
            ], example: "{}")
    }
}

extension Shape where Value == DirectorySettings {
    fileprivate static var directory: Shape {
        mapping(
            DirectorySettings(path: ""),
            [
                Field(
                    "path", \.path, .path, isRequired: true,
                    "Where the manifests are; a relative path starts where the configuration file is."),
                Field(
                    "stateDirectory", \.stateDirectory, .absolutePath, "Where assignments and statuses are kept."),
                Field(
                    "namespaces", \.namespaces,
                    .dictionary(
                        of: .labels, "a mapping of namespaces to their labels", example: "{web: {team: a}}",
                        checkKey: Names.checkLabel),
                    "The labels of namespaces, for namespaceSelector."),
            ], example: "{path: services}")
    }
}
