import YAML

/// One key of a mapping: where its value goes, how it is read, and what it means.
///
/// A table of fields is all there is to say about a mapping; reading, suggestions for misspelt keys and the reference
/// follow from it.
struct Field<Owner> {
    let key: String
    let isRequired: Bool
    /// What to do when a required key is not there.
    let cureOfAbsence: String
    /// False when something is wrong, after telling `Reading`.
    let read: (Node, inout Owner, inout Reading) -> Bool
    /// The key and those inside; the owner has the default.
    let describe: (Owner) -> [ReferenceEntry]

    /// A key whose default is what the owner has when reading starts.
    init<Value>(
        _ key: String, _ place: WritableKeyPath<Owner, Value>, _ shape: Shape<Value>, isRequired: Bool = false,
        _ documentation: String
    ) {
        self.init(key, shape, isRequired: isRequired, documentation, default: { shape.show($0[keyPath: place]) }) {
            $0[keyPath: place] = $1
        }
    }

    /// A key that may be absent; `otherwise` says what holds then.
    init<Value>(
        _ key: String, optional place: WritableKeyPath<Owner, Value?>, _ shape: Shape<Value>,
        otherwise: String? = nil, _ documentation: String
    ) {
        self.init(key, shape, isRequired: false, documentation, default: { _ in nil }, otherwise: otherwise) {
            $0[keyPath: place] = $1
        }
    }

    private init<Value>(
        _ key: String, _ shape: Shape<Value>, isRequired: Bool, _ documentation: String,
        default: @escaping (Owner) -> String?, otherwise: String? = nil, store: @escaping (inout Owner, Value) -> Void
    ) {
        self.key = key
        self.isRequired = isRequired
        cureOfAbsence = "add, for example, '\(key): \(shape.example)'"
        read = { node, owner, reading in
            guard let value = shape.read(node, &reading) else { return false }
            store(&owner, value)
            return true
        }
        describe = { owner in
            let entry = ReferenceEntry(
                path: key, noun: shape.noun, default: isRequired ? nil : `default`(owner), otherwise: otherwise,
                isRequired: isRequired, documentation: documentation)
            return [entry] + shape.inner.map { $0.prefixed(key) }
        }
    }
}
