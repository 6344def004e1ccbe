import YAML

/// One object of the API as it was printed.
struct SourceObject {
    let kind: String
    let name: String
    let labels: [String: String]
    let node: Node

    var spec: Node? { node["spec"] }
    var subject: String { "\(kind)/\(name)" }

    init(_ node: Node) {
        self.node = node
        kind = node.text("kind") ?? ""
        name = node["metadata"]?.text("name") ?? ""
        let entries = node["metadata"]?["labels"]?.mapping?.entries ?? []
        labels = Dictionary(
            entries.map { ($0.key.text, $0.value.scalar?.text ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    /// The object, or the items of a list.
    static func objects(of node: Node) -> [SourceObject] {
        if node.isNull { return [] }
        if let items = node["items"]?.sequence { return items.map(SourceObject.init) }
        if let items = node.sequence { return items.map(SourceObject.init) }
        return [SourceObject(node)]
    }
}

extension Node {
    /// The text of the first of these keys that has one.
    func text(_ keys: String...) -> String? {
        keys.lazy.compactMap { self[$0]?.scalar }.first { $0.value != .null && !$0.text.isEmpty }?.text
    }

    /// The number of the first of these keys that has one.
    func number(_ keys: String...) -> Int? {
        keys.lazy.compactMap { self[$0]?.scalar?.text }.compactMap { Int($0) }.first
    }

    /// Whether the first of these keys that is there is true; nil when none is.
    func flag(_ keys: String...) -> Bool? {
        keys.lazy.compactMap { self[$0]?.scalar?.text.lowercased() }.first.map { $0 == "true" }
    }

    /// The texts of a list.
    func texts(_ key: String) -> [String] {
        (self[key]?.sequence ?? []).compactMap { $0.scalar?.text }
    }

    /// The items of the first of these lists that is there.
    func list(_ keys: String...) -> [Node] {
        keys.lazy.compactMap { self[$0]?.sequence }.first ?? []
    }
}
