/// An object as it is kept: a value, its text, and who owns which fields.
struct Stored: Sendable {
    let kind: ResourceKind
    /// Everything but `metadata.managedFields`.
    let object: JSON
    let owners: FieldOwners
    let revision: UInt64
    /// The whole object, `kind` and `apiVersion` first.
    let text: [UInt8]

    init(_ kind: ResourceKind, _ object: JSON, owners: FieldOwners, revision: UInt64) {
        self.kind = kind
        self.owners = owners
        self.revision = revision
        var object = object
        object.modify("metadata") { metadata in
            metadata["managedFields"] = nil
            metadata["resourceVersion"] = revision == 0 ? nil : .string("\(revision)")
        }
        self.object = object
        if !owners.isEmpty {
            object.modify("metadata") { $0["managedFields"] = owners.body(apiVersion: kind.apiVersion) }
        }
        object["kind"] = nil
        object["apiVersion"] = nil
        text = kind.prefix + object.octets.dropFirst()
    }

    var metadata: JSON { object["metadata"] ?? .empty }
    var name: String { metadata["name"]?.string ?? "" }
    var namespace: String { metadata["namespace"]?.string ?? "" }
    var uid: String { metadata["uid"]?.string ?? "" }
    var key: String { Self.key(namespace: namespace, name: name) }
    /// With managedFields, for messages.
    var whole: JSON { (try? JSONReader.read(text)) ?? object }

    /// Without `kind` and `apiVersion`, as in lists.
    var listText: [UInt8] { [UInt8(ascii: "{")] + text.dropFirst(kind.prefix.count) }

    /// The same object, as of another revision: how a watcher hears of its end.
    func with(revision: UInt64) -> Stored {
        Stored(kind, object, owners: owners, revision: revision)
    }

    static func key(namespace: String, name: String) -> String {
        namespace.isEmpty ? name : "\(namespace)/\(name)"
    }
}
