package import APIServer
import FoundationEssentials
import YAML

/// What the manifest that users apply lets herald do, so that a permission that it lacks is found by every test.
package enum Permissions {
    /// Of objects of the cluster.
    package static let ofCluster = rules(of: "ClusterRole")
    /// Of objects in herald's own namespace.
    package static let ofNamespace = rules(of: "Role")

    private static let manifest = "charts/herald/install.yaml"

    private static func rules(of kind: String) -> [JSON] {
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        guard let data = FileManager.default.contents(atPath: "\(root)/\(manifest)"),
            let documents = try? Parser.parse(Array(data)),
            let role = documents.first(where: { $0.root["kind"]?.scalar?.text == kind }),
            let rules = role.root["rules"]?.sequence, !rules.isEmpty
        else { fatalError("\(manifest) has no rules of a \(kind)") }
        return rules.map(json)
    }

    private static func json(_ node: Node) -> JSON {
        if let items = node.sequence { return .array(items.map(json)) }
        guard let mapping = node.mapping else { return .string(node.scalar?.text ?? "") }
        var object = JSON.empty
        for entry in mapping.entries { object[entry.key.text] = json(entry.value) }
        return object
    }
}
