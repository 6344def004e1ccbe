import LoadBalancing
import YAML

/// What must hold between keys.
enum CrossChecks {
    static func check(_ configuration: Configuration, _ root: Node, _ reading: inout Reading) {
        if let entry = root.mapping?.entry("arp"), !configuration.modes.contains(.arp) {
            reading.warn(entry.key.mark, "'arp' does nothing, since no pool has the mode arp", cure: "remove it")
        }
        // A key file alone is what a chart or a template gives every mode.
        if let entry = root.mapping?.entry("membership"), !configuration.modes.contains(.arp),
            entry.value.mapping.map({ $0.entries.count == 1 && $0.entry("keyFile") != nil }) != true
        {
            reading.warn(
                entry.key.mark, "'membership' does nothing, since no pool has the mode arp", cure: "remove it")
        }
        checkNamespaceLabels(configuration, root, &reading)
        BGPChecks.check(configuration, root, &reading)
    }

    static func checkLifetime(_ arp: ARPSettings, _ node: Node, _ reading: inout Reading) {
        if arp.attach == .none, let entry = node.mapping?.entry("lifetime") ?? node.mapping?.entry("refresh") {
            reading.warn(
                entry.key.mark, "'\(entry.key.text)' does nothing when nothing is attached", cure: "remove it")
        }
        guard arp.refresh * 2 >= arp.lifetime else { return }
        let (lifetime, refresh) = (DurationText.text(of: arp.lifetime), DurationText.text(of: arp.refresh))
        reading.error(
            (node["refresh"] ?? node["lifetime"] ?? node).mark,
            "'arp.refresh' (\(refresh)) must be less than half of 'arp.lifetime' (\(lifetime))",
            cure: "refresh more often or lengthen the lifetime")
    }

    /// Without a cluster, namespaces have only the labels that the file gives them.
    private static func checkNamespaceLabels(
        _ configuration: Configuration, _ root: Node, _ reading: inout Reading
    ) {
        guard case .directory(let directory) = configuration.source, directory.namespaces.isEmpty else { return }
        for pool in root["pools"]?.sequence ?? [] {
            guard let entry = pool.mapping?.entry("namespaceSelector") else { continue }
            reading.warn(
                entry.key.mark, "namespaceSelector finds no namespace, since none has labels",
                cure: "add 'source.directory.namespaces'")
        }
    }
}
