import YAML

/// Collects what is wrong while a tree is read, so that all of it can be told at once.
struct Reading {
    /// More problems than this are only counted.
    static let mostProblems = 200

    private(set) var problems: [Problem] = []
    private(set) var omitted = 0
    private(set) var errorCount = 0
    /// Where in the tree reading is, as in `pools[0].addresses`; empty at the root.
    private(set) var path = ""

    /// Whether further problems are only counted, so that nobody need think of words for them.
    var isFull: Bool { problems.count >= Self.mostProblems }

    mutating func error(_ mark: Mark, _ what: String, cure: String) {
        errorCount += 1
        add(Problem(.error, at: mark, what, cure: cure))
    }

    mutating func warn(_ mark: Mark, _ what: String, cure: String) {
        add(Problem(.warning, at: mark, what, cure: cure))
    }

    /// Keeps what the YAML parser found.
    mutating func add(_ errors: [YAMLError]) {
        for error in errors { self.error(error.mark, error.what, cure: error.cure) }
    }

    /// Tells that a node is something else than it should be.
    mutating func refuse(_ node: Node, expecting noun: String, example: String) {
        let what: String? =
            switch node.kind {
            case .broken: nil
            case .mapping: "must be \(noun), not a mapping"
            case .sequence: "must be \(noun), not a list"
            case .scalar where node.isNull: "has no value"
            case .scalar(let scalar): "must be \(noun), not \(quoted(scalar.text))"
            }
        guard let what else {
            // The parser has told already.
            errorCount += 1
            return
        }
        error(node.mark, "\(subject) \(what)", cure: "write, for example, \(example)")
    }

    /// Reads what is under a key.
    mutating func inside<Result>(_ key: String, _ body: (inout Reading) -> Result) -> Result {
        within(path.isEmpty ? key : "\(path).\(key)", body)
    }

    /// Reads what is at a place of a list.
    mutating func inside<Result>(_ index: Int, _ body: (inout Reading) -> Result) -> Result {
        within("\(path)[\(index)]", body)
    }

    /// What is being read, for a sentence: `'arp.refresh'`.
    var subject: String { path.isEmpty ? "the file" : "'\(path)'" }

    private mutating func within<Result>(_ inner: String, _ body: (inout Reading) -> Result) -> Result {
        let outer = path
        path = inner
        defer { path = outer }
        return body(&self)
    }

    private mutating func add(_ problem: Problem) {
        guard !isFull else {
            omitted += 1
            // Why a file is refused counts more than what is odd about it.
            if problem.severity == .error, let place = problems.lastIndex(where: { $0.severity != .error }) {
                problems[place] = problem
            }
            return
        }
        problems.append(problem)
    }
}
