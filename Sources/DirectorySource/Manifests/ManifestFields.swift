import Configuration
import YAML

/// Takes fields out of the nodes of one object and collects what is wrong with them.
///
/// As in Kubernetes, a null counts as absent, and so does an empty text where a choice is expected.
struct ManifestFields {
    private(set) var problems: [Problem] = []

    mutating func refuse(_ node: Node, _ path: String, _ what: String, cure: String) {
        problems.append(Problem(.error, at: node.mark, "'\(path)' \(what)", cure: cure))
    }

    mutating func mapping(_ node: Node?, _ path: String) -> Node? {
        guard let node, !node.isNull else { return nil }
        if node.mapping != nil { return node }
        refuse(node, path, "must be a mapping", cure: "write 'key: value' lines below it")
        return nil
    }

    /// Empty when the list is absent or wrong.
    mutating func list(_ node: Node?, _ path: String) -> [Node] {
        guard let node, !node.isNull else { return [] }
        if let items = node.sequence { return items }
        refuse(node, path, "must be a list", cure: "write '- ' before each item")
        return []
    }

    /// Nil when the text is absent or wrong; a number or truth value without quotes is no text.
    mutating func text(_ node: Node?, _ path: String) -> String? {
        guard let node, !node.isNull else { return nil }
        guard let scalar = node.scalar else {
            refuse(node, path, "must be text", cure: "write one value")
            return nil
        }
        guard scalar.value == .string(scalar.text) else {
            refuse(
                node, path, "must be text, and \(quoted(scalar.text)) without quotes is not",
                cure: "put quotes around it")
            return nil
        }
        return scalar.text
    }

    mutating func boolean(_ node: Node?, _ path: String) -> Bool? {
        guard let node, !node.isNull else { return nil }
        if case .boolean(let value) = node.scalar?.value { return value }
        refuse(node, path, "must be true or false", cure: "write one of these, without quotes")
        return nil
    }

    mutating func port(_ node: Node?, _ path: String, from lowest: UInt16 = 1) -> UInt16? {
        guard let node, !node.isNull else { return nil }
        if case .integer(let number) = node.scalar?.value, let port = UInt16(exactly: number), port >= lowest {
            return port
        }
        let found = node.scalar.map { ", not \(quoted($0.text))" } ?? ""
        refuse(
            node, path, "must be a whole number from \(lowest) to 65535\(found)",
            cure: "write a port number, without quotes")
        return nil
    }

    mutating func choice<Value>(
        _ node: Node?, _ path: String, of names: [String], _ make: (String) -> Value?
    ) -> Value? {
        guard let node, let text = text(node, path), !text.isEmpty else { return nil }
        if names.contains(text), let value = make(text) { return value }
        refuse(node, path, "cannot be \(quoted(text))", cure: "write one of \(names.joined(separator: ", "))")
        return nil
    }

    /// Texts by their keys.
    mutating func texts(_ node: Node?, _ path: String) -> [String: String] {
        guard let mapping = mapping(node, path)?.mapping else { return [:] }
        var texts: [String: String] = [:]
        for entry in mapping.entries {
            let key = String(quoted(entry.key.text).dropFirst().dropLast())
            texts[entry.key.text] = entry.value.isNull ? "" : text(entry.value, "\(path).\(key)")
        }
        return texts
    }
}
