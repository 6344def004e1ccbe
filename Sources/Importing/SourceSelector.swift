import YAML

/// A label selector as Kubernetes writes it.
struct SourceSelector: Hashable {
    struct Requirement: Hashable {
        var key: String
        var `operator`: String
        var values: [String]

        func holds(for labels: [String: String]) -> Bool {
            switch `operator` {
            case "In": labels[key].map(values.contains) ?? false
            case "NotIn": !(labels[key].map(values.contains) ?? false)
            case "Exists": labels[key] != nil
            case "DoesNotExist": labels[key] == nil
            default: false
            }
        }
    }

    var requirements: [Requirement]

    init(_ requirements: [Requirement]) {
        self.requirements = requirements
    }

    init(_ node: Node) {
        let labels = node["matchLabels"] ?? node["match-labels"]
        requirements = (labels?.mapping?.entries ?? []).map {
            Requirement(key: $0.key.text, operator: "In", values: [$0.value.scalar?.text ?? ""])
        }
        requirements += node.list("matchExpressions", "match-expressions").map {
            Requirement(key: $0.text("key") ?? "", operator: $0.text("operator") ?? "", values: $0.texts("values"))
        }
    }

    func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.holds(for: labels) }
    }

    /// One selector that chooses what any of these chooses, where there is one; nil otherwise.
    static func union(_ selectors: [SourceSelector]) -> SourceSelector? {
        guard var merged = selectors.first else { return SourceSelector([]) }
        if selectors.contains(where: \.requirements.isEmpty) { return SourceSelector([]) }
        for selector in selectors.dropFirst() where selector != merged {
            guard merged.requirements.count == 1, selector.requirements.count == 1,
                merged.requirements[0].operator == "In", selector.requirements[0].operator == "In",
                merged.requirements[0].key == selector.requirements[0].key
            else { return nil }
            merged.requirements[0].values += selector.requirements[0].values.filter {
                !merged.requirements[0].values.contains($0)
            }
        }
        return merged
    }

    /// As herald's configuration has it: labels where that is enough.
    var piece: Piece {
        let isPlain = requirements.allSatisfy { $0.operator == "In" && $0.values.count == 1 }
        if isPlain, Set(requirements.map(\.key)).count == requirements.count {
            return .mapping(requirements.map { .init($0.key, .text($0.values[0])) })
        }
        return .mapping([
            .init(
                "matchExpressions",
                .list(
                    requirements.map { requirement in
                        var fields: [Piece.Field] = [
                            .init("key", .text(requirement.key)), .init("operator", .text(requirement.operator)),
                        ]
                        if !requirement.values.isEmpty { fields.append(.init("values", .texts(requirement.values))) }
                        return .mapping(fields)
                    })
            )
        ])
    }
}
