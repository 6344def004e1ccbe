/// Chooses objects by their labels, as Kubernetes' `LabelSelector` does: all requirements must hold, none means all.
public struct LabelSelector: Hashable, Sendable {
    /// One condition on one label.
    public struct Requirement: Hashable, Sendable {
        /// The operators of `matchExpressions`.
        public enum Operator: Hashable, Sendable {
            case `in`(Set<String>)
            case notIn(Set<String>)
            case exists
            case doesNotExist
        }

        /// The label looked at.
        public let key: String
        /// What must hold for its value.
        public let `operator`: Operator

        /// The label and what must hold for it.
        public init(key: String, _ operator: Operator) {
            self.key = key
            self.operator = `operator`
        }

        /// An absent label satisfies `notIn`, as in Kubernetes.
        public func matches(_ labels: [String: String]) -> Bool {
            switch `operator` {
            case .in(let values): labels[key].map(values.contains) ?? false
            case .notIn(let values): labels[key].map { !values.contains($0) } ?? true
            case .exists: labels[key] != nil
            case .doesNotExist: labels[key] == nil
            }
        }
    }

    /// All must hold; none means that everything matches.
    public var requirements: [Requirement]

    /// All of them must hold.
    public init(_ requirements: [Requirement]) {
        self.requirements = requirements
    }

    /// Each label must have exactly this value.
    public init(matchLabels: [String: String]) {
        requirements = matchLabels.sorted { $0.key < $1.key }.map { Requirement(key: $0.key, .in([$0.value])) }
    }

    /// Whether every requirement holds.
    public func matches(_ labels: [String: String]) -> Bool {
        requirements.allSatisfy { $0.matches(labels) }
    }
}
