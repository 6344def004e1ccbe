/// What `herald explain --json` prints of one Service or address.
public struct ExplanationDocument: Codable, Hashable, Sendable {
    public struct Gate: Codable, Hashable, Sendable {
        public var name: String
        /// `holds`, `noted`, `fails` or `notReached`.
        public var verdict: String
        public var sentence: String

        public init(name: String, verdict: String, sentence: String) {
            self.name = name
            self.verdict = verdict
            self.sentence = sentence
        }
    }

    public var subject: String
    /// The node that answered; others may see another part of it.
    public var node: String
    public var gates: [Gate]

    public init(subject: String, node: String, gates: [Gate]) {
        self.subject = subject
        self.node = node
        self.gates = gates
    }

    /// The gate at which it ends.
    public var obstacle: Gate? { gates.first { $0.verdict == "fails" } }
}
