/// What `herald explain --json` prints of one Service or address.
public struct ExplanationDocument: Codable, Hashable, Sendable {
    /// One thing that must be so.
    public struct Gate: Codable, Hashable, Sendable {
        /// A word or two: `address`.
        public var name: String
        /// `holds`, `noted`, `fails` or `notReached`.
        public var verdict: String
        /// What is so, or what is wrong and what to do about it; empty where the gate was not reached.
        public var sentence: String

        /// Checks nothing: `verdict` is to be one of the four words.
        public init(name: String, verdict: String, sentence: String) {
            self.name = name
            self.verdict = verdict
            self.sentence = sentence
        }
    }

    /// The Service, as `namespace/name`, or the address that is explained.
    public var subject: String
    /// The node that answered; others may see another part of it.
    public var node: String
    /// In the order in which they are passed.
    public var gates: [Gate]

    /// Checks nothing: the gates are to be in the order in which they are passed.
    public init(subject: String, node: String, gates: [Gate]) {
        self.subject = subject
        self.node = node
        self.gates = gates
    }

    /// The gate at which it ends.
    public var obstacle: Gate? { gates.first { $0.verdict == "fails" } }
}
