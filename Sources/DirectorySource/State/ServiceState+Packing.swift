import LoadBalancing

extension ServiceState {
    /// What `write(into:)` wrote.
    init(from reader: inout PackedReader) {
        record = reader.addresses()
        ingress = reader.addresses()
        statements = reader.list { Statement(from: &$0) }
    }

    func write(into writer: inout PackedWriter) {
        writer.write(record)
        writer.write(ingress)
        writer.write(statements) { $1.write(into: &$0) }
    }
}

extension ServiceState.Statement {
    fileprivate init(from reader: inout PackedReader) {
        let kind: Condition.Kind = reader.flag() ? .allocated : .announced
        let (isTrue, since, generation) = (reader.flag(), reader.signed(), reader.signed())
        let (reason, message) = (reader.text(), reader.text())
        self.init(
            condition: Condition(
                kind: kind, isTrue: isTrue, reason: reason, message: message, observedGeneration: generation),
            since: since)
    }

    fileprivate func write(into writer: inout PackedWriter) {
        writer.write(condition.kind == .allocated)
        writer.write(condition.isTrue)
        writer.write(since)
        writer.write(condition.observedGeneration)
        writer.write(condition.reason)
        writer.write(condition.message)
    }
}
