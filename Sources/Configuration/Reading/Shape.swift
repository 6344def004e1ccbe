import YAML

/// How a node of the tree becomes a value, and what the reference says about it.
struct Shape<Value> {
    /// For a sentence, with its article: `a duration`.
    let noun: String
    /// A value that is right, for a cure: `5s`.
    let example: String
    /// The keys inside, each with a path that begins with `.` or `[]`.
    var inner: [ReferenceEntry] = []
    /// A value as it is written in a file; nil for one that has no text, as an empty list.
    let show: (Value) -> String?
    /// Nil when something is wrong, after telling `Reading`.
    let read: (Node, inout Reading) -> Value?
}

/// Why a text is refused.
struct Objection: Error {
    let what: String
    let cure: String

    init(_ what: String, cure: String) {
        self.what = what
        self.cure = cure
    }
}

extension Shape {
    /// Reads further: what `body` makes of the value that this shape reads.
    func then<Result>(
        show: @escaping (Result) -> String?, _ body: @escaping (Value, Node, inout Reading) -> Result?
    ) -> Shape<Result> {
        Shape<Result>(noun: noun, example: example, inner: inner, show: show) { node, reading in
            guard let value = read(node, &reading) else { return nil }
            return body(value, node, &reading)
        }
    }

    /// Looks at a value that could be read, together with its node; `body` tells what is wrong with it.
    func checked(_ body: @escaping (Value, Node, inout Reading) -> Void) -> Shape {
        then(show: show) { value, node, reading in
            let errors = reading.errorCount
            body(value, node, &reading)
            return reading.errorCount == errors ? value : nil
        }
    }
}
