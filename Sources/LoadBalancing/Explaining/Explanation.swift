/// What lies between a Service and a working address, one gate after the other.
public struct Explanation: Hashable, Sendable {
    /// One thing that must be so.
    public struct Gate: Hashable, Sendable {
        /// What became of a gate; the raw values are what `herald explain --json` prints.
        public enum Verdict: String, Hashable, Sendable {
            case holds
            case fails
            /// It holds, but something about it is worth knowing.
            case noted
            /// A gate before it fails.
            case notReached
        }

        /// A word or two: `address`.
        public var name: String
        /// Whether it holds, and whether it was looked at.
        public var verdict: Verdict
        /// What is so, or what is wrong and what to do about it.
        public var sentence: String

        /// Checks nothing; `sentence` is to be empty where the gate was not reached.
        public init(_ name: String, _ verdict: Verdict, _ sentence: String) {
            self.name = name
            self.verdict = verdict
            self.sentence = sentence
        }
    }

    /// The Service or the address that was asked about.
    public var subject: String
    /// In the order in which they are passed.
    public var gates: [Gate]

    /// Checks nothing: the gates are to be in the order in which they are passed.
    public init(subject: String, gates: [Gate] = []) {
        self.subject = subject
        self.gates = gates
    }

    /// The gate at which it ends; nil when every gate holds.
    public var obstacle: Gate? { gates.first { $0.verdict == .fails } }

    mutating func hold(_ name: String, _ sentence: String) {
        gates.append(Gate(name, .holds, sentence))
    }

    mutating func fail(_ name: String, _ sentence: String) {
        gates.append(Gate(name, .fails, sentence))
    }

    /// Names the gates that were not looked at.
    mutating func leave(_ names: [String]) {
        gates += names.map { Gate($0, .notReached, "") }
    }
}
