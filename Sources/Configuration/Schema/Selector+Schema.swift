import IPAM
import YAML

/// A selector written out, as in Kubernetes.
private struct SelectorDraft {
    var matchLabels: [String: String] = [:]
    var matchExpressions: [LabelSelector.Requirement] = []
}

/// One of `matchExpressions`.
private struct RequirementDraft {
    enum Operator: String, CaseIterable {
        case `in` = "In"
        case notIn = "NotIn"
        case exists = "Exists"
        case doesNotExist = "DoesNotExist"
    }

    var key = ""
    var `operator` = Operator.exists
    var values: [String] = []
}

extension Shape where Value == LabelSelector {
    /// A mapping of labels to their values, or `matchLabels` and `matchExpressions`.
    static var selector: Shape {
        let labels = Shape<[String: String]>.labels
        return Shape(
            noun: "a label selector", example: "{team: a}", show: { _ in nil }
        ) { node, reading in
            guard node["matchLabels"] == nil, node["matchExpressions"] == nil else {
                return written.read(node, &reading)
            }
            return labels.read(node, &reading).map(LabelSelector.init(matchLabels:))
        }
    }

    private static var written: Shape {
        Shape<SelectorDraft>.mapping(
            SelectorDraft(),
            [
                Field("matchLabels", \.matchLabels, .labels, "Labels and the values they must have."),
                Field(
                    "matchExpressions", \.matchExpressions,
                    .list(
                        of: .requirement, "a list of requirements", example: "[{key: team, operator: Exists}]"),
                    "Requirements of single labels."),
            ]
        ).then(show: { _ in nil }) { draft, _, _ in
            LabelSelector(LabelSelector(matchLabels: draft.matchLabels).requirements + draft.matchExpressions)
        }
    }
}

extension Shape where Value == LabelSelector.Requirement {
    fileprivate static var requirement: Shape {
        Shape<RequirementDraft>.mapping(
            RequirementDraft(),
            [
                Field(
                    "key", \.key, .text("a label", example: "team", Names.checkQualifiedName), isRequired: true,
                    "The label."),
                Field("operator", \.operator, .choice(), isRequired: true, "What is required of it."),
                Field(
                    "values", \.values,
                    .list(
                        of: .text("text", example: "a", Names.checkLabelValue), "a list of values", example: "[a, b]"),
                    "The values for In and NotIn."),
            ], example: "{key: team, operator: Exists}"
        ).then(show: { _ in nil }) { draft, node, reading in
            let takesValues = draft.operator == .in || draft.operator == .notIn
            guard takesValues != draft.values.isEmpty else {
                reading.error(
                    (node["values"] ?? node["operator"] ?? node).mark,
                    takesValues
                        ? "\(draft.operator.rawValue) needs values" : "\(draft.operator.rawValue) takes no values",
                    cure: takesValues ? "add 'values: [...]'" : "remove 'values'")
                return nil
            }
            return LabelSelector.Requirement(key: draft.key, draft.condition)
        }
    }
}

extension RequirementDraft {
    fileprivate var condition: LabelSelector.Requirement.Operator {
        switch `operator` {
        case .in: .in(Set(values))
        case .notIn: .notIn(Set(values))
        case .exists: .exists
        case .doesNotExist: .doesNotExist
        }
    }
}
