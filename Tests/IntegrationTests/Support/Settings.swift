/// A configuration file of a test.
struct Settings: Sendable {
    var pools = ["{name: edge, addresses: [10.0.1.100-10.0.1.119, \"fd00:0:0:1::100-fd00:0:0:1::11f\"]}"]
    var mode = "arp"
    var arp = "{}"
    var membership = "{}"
    var checks = "[]"

    func text(manifests: String, stateDirectory: String, socket: String) -> String {
        """
        mode: \(mode)
        pools:
        \(pools.map { "  - \($0)\n" }.joined())
        arp: \(arp)
        membership: \(membership)
        checks: \(checks)
        source: {directory: {path: \(manifests), stateDirectory: \(stateDirectory)}}
        operations: {socket: \(socket)}

        """
    }
}
