/// Which manager owns which fields of an object: what `metadata.managedFields` says.
///
/// A field is a path of names, `f:spec` then `f:ports`, as Kubernetes writes them. Lists are one field, but for those
/// whose elements are told apart by a key.
struct FieldOwners: Sendable, Equatable {
    typealias Path = [String]

    struct Entry: Sendable, Equatable {
        var manager: String
        var isApply: Bool
        var subresource: String
        var time: String
        var fields: Set<Path>
    }

    private(set) var entries: [Entry] = []

    var isEmpty: Bool { entries.isEmpty }

    /// Whether the same managers own the same fields, whenever they last wrote.
    func isSame(as other: FieldOwners) -> Bool {
        entries.count == other.entries.count
            && zip(entries, other.entries).allSatisfy { mine, their in
                mine.manager == their.manager && mine.isApply == their.isApply && mine.subresource == their.subresource
                    && mine.fields == their.fields
            }
    }

    /// After a change by other means than server-side apply: what changed belongs to who changed it.
    ///
    /// `asked` is what the client made of it; what the server took away from that stays with its owner.
    mutating func update(
        from old: JSON, to new: JSON, asked: JSON? = nil, manager: String, subresource: String, at time: String
    ) {
        let before = Self.leaves(of: old)
        let after = Self.leaves(of: new)
        let changed = Set(after.filter { before[$0.key] != $0.value }.keys)
        let kept = asked.map { $0 == new ? after : Self.leaves(of: $0) } ?? after
        drop(where: { changed.contains($0) || (after[$0] == nil && kept[$0] == nil) })
        guard !changed.isEmpty else { return }
        add(changed, manager: manager, isApply: false, subresource: subresource, at: time)
    }

    /// Fields of others that an apply would change: manager, subresource and path of each.
    func conflicts(of wanted: JSON, with current: JSON, manager: String) -> [(entry: Entry, field: Path)] {
        let values = Self.leaves(of: current)
        let changes = Self.leaves(of: wanted).filter { values[$0.key] != $0.value }
        return entries.filter { !($0.manager == manager && $0.isApply) }.flatMap { entry in
            entry.fields.filter { changes[$0] != nil && $0.last != "." }.map { (entry, $0) }
        }.sorted { $0.1.lexicographicallyPrecedes($1.1) }
    }

    /// What this manager applied before and applies no more, and no one else owns.
    func abandoned(by manager: String, subresource: String, applying wanted: JSON) -> [Path] {
        let kept = Self.leaves(of: wanted)
        let mine = entries.first { $0.manager == manager && $0.isApply && $0.subresource == subresource }?.fields ?? []
        let others = entries.filter { !($0.manager == manager && $0.isApply) }
        return mine.filter { field in kept[field] == nil && !others.contains { $0.fields.contains(field) } }
    }

    /// After an apply: exactly the fields applied belong to the manager; others keep those whose value stands.
    mutating func apply(
        _ wanted: JSON, over old: JSON, to new: JSON, manager: String, subresource: String, at time: String
    ) {
        let fields = Set(Self.leaves(of: wanted).keys)
        let before = Self.leaves(of: old)
        let after = Self.leaves(of: new)
        let former = entries.first { $0.manager == manager && $0.isApply && $0.subresource == subresource }
        entries.removeAll { $0.manager == manager && $0.isApply && $0.subresource == subresource }
        drop(where: { after[$0] == nil || (before[$0] != after[$0] && fields.contains($0)) })
        let time = former?.fields == fields && before == after ? former?.time ?? time : time
        add(fields, manager: manager, isApply: true, subresource: subresource, at: time)
    }

    private mutating func drop(where isGone: (Path) -> Bool) {
        for index in entries.indices { entries[index].fields = entries[index].fields.filter { !isGone($0) } }
        entries.removeAll(where: \.fields.isEmpty)
    }

    private mutating func add(
        _ fields: Set<Path>, manager: String, isApply: Bool, subresource: String, at time: String
    ) {
        let place = entries.firstIndex {
            $0.manager == manager && $0.isApply == isApply && $0.subresource == subresource
        }
        if let place {
            entries[place].fields.formUnion(fields)
            entries[place].time = time
        } else if !fields.isEmpty {
            entries.append(
                Entry(manager: manager, isApply: isApply, subresource: subresource, time: time, fields: fields))
        }
    }

    // MARK: - Fields of an object

    private static let keyedLists: [String: [String]] = [
        "ports": ["port", "protocol"], "conditions": ["type"], "ownerReferences": ["uid"], "addresses": ["type"],
        "finalizers": [],
    ]
    private static let wholeObjects: Set<String> = [
        "selector", "matchLabels", "regarding", "related", "involvedObject",
    ]
    /// Objects that can be owned apart from what they hold: maps, and parts that may be absent.
    private static let ownedObjects: Set<String> = ["labels", "annotations", "data", "series", "resourceAttributes"]
    private static let unownedMetadata: Set<String> = [
        "name", "namespace", "uid", "resourceVersion", "creationTimestamp", "generation", "managedFields",
        "deletionTimestamp", "deletionGracePeriodSeconds",
    ]

    /// Every field that can be owned, with its value.
    static func leaves(of object: JSON) -> [Path: JSON] {
        var found: [Path: JSON] = [:]
        for member in object.members ?? [] where member.name != "kind" && member.name != "apiVersion" {
            if member.name == "metadata" {
                for part in member.value.members ?? [] where !unownedMetadata.contains(part.name) {
                    collect(part.value, named: part.name, at: ["f:metadata", "f:\(part.name)"], into: &found)
                }
            } else {
                collect(member.value, named: member.name, at: ["f:\(member.name)"], into: &found)
            }
        }
        return found
    }

    private static func collect(_ value: JSON, named name: String, at path: Path, into found: inout [Path: JSON]) {
        switch value {
        case .object(let members) where !wholeObjects.contains(name):
            if ownedObjects.contains(name) { found[path + ["."]] = .null }
            for member in members {
                collect(member.value, named: member.name, at: path + ["f:\(member.name)"], into: &found)
            }
        case .array(let elements) where keyedLists[name] != nil && !elements.isEmpty && isKeyed(elements, name, path):
            found[path + ["."]] = .null
            for element in elements { collect(element, of: name, at: path, into: &found) }
        case .null: break
        default: found[path] = value
        }
    }

    /// Those of a status' ingress or of a slice are lists of another kind.
    private static func isKeyed(_ elements: [JSON], _ name: String, _ path: Path) -> Bool {
        name == "finalizers" || path.first == "f:metadata" || path.first == "f:spec"
            || path.first == "f:status"
                && elements.allSatisfy { $0.members != nil }
    }

    private static func collect(_ element: JSON, of list: String, at path: Path, into found: inout [Path: JSON]) {
        let keys = keyedLists[list] ?? []
        guard !keys.isEmpty else { return found[path + ["v:\(element.text)"]] = element }
        var key = JSON.empty
        for name in keys { key[name] = element[name] ?? (name == "protocol" ? "TCP" : .null) }
        let place = path + ["k:\(key.text)"]
        found[place + ["."]] = .null
        for member in element.members ?? [] {
            collect(member.value, named: member.name, at: place + ["f:\(member.name)"], into: &found)
        }
    }

    // MARK: - As JSON

    func body(apiVersion: String) -> JSON {
        .array(
            entries.map { entry in
                var body: JSON = [
                    "manager": .string(entry.manager), "operation": entry.isApply ? "Apply" : "Update",
                    "apiVersion": .string(apiVersion), "time": .string(entry.time), "fieldsType": "FieldsV1",
                    "fieldsV1": Self.tree(of: entry.fields),
                ]
                if !entry.subresource.isEmpty { body["subresource"] = .string(entry.subresource) }
                return body
            })
    }

    private static func tree(of fields: Set<Path>) -> JSON {
        tree(of: fields.sorted { $0.lexicographicallyPrecedes($1) }[...], depth: 0)
    }

    /// Sorted paths share their beginnings with their neighbours.
    private static func tree(of fields: ArraySlice<Path>, depth: Int) -> JSON {
        var members: [JSON.Member] = []
        var rest = fields.drop { $0.count <= depth }
        while let name = rest.first?[depth] {
            let same = rest.prefix { $0[depth] == name }
            members.append(JSON.Member(name: name, value: tree(of: same, depth: depth + 1)))
            rest = rest.dropFirst(same.count)
        }
        // A map of which nothing more is owned.
        return members.count == 1 && members[0].name == "." ? .empty : .object(members)
    }
}
