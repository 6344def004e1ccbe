import YAML

/// `source`, which has exactly one key.
private struct SourceDraft {
    struct Nothing {}

    var kubernetes: Nothing?
    var directory: DirectorySettings?
}

extension Shape where Value == Source {
    static var source: Shape {
        Shape<SourceDraft>.mapping(
            SourceDraft(),
            [
                Field("kubernetes", optional: \.kubernetes, .mapping(.init(), []), "Services of the Kubernetes API."),
                Field("directory", optional: \.directory, .directory, "Services of manifests in a directory."),
            ], example: "{kubernetes: {}}"
        ).then(show: { $0 == .kubernetes ? "{kubernetes: {}}" : nil }) { draft, node, reading in
            switch (draft.kubernetes, draft.directory) {
            case (_?, nil): return .kubernetes
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
