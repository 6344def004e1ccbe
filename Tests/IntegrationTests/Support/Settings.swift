/// A configuration file of a test.
struct Settings: Sendable {
    var pools = ["{name: edge, addresses: [10.0.1.100-10.0.1.119, \"fd00:0:0:1::100-fd00:0:0:1::11f\"]}"]
    /// Short, so that a test sees a lifetime end soon.
    var arp = "{lifetime: 2s, refresh: 500ms}"

    /// As the text of a file whose neighbour `services` holds the manifests.
    func text(stateDirectory: String, socket: String) -> String {
        """
        mode: arp
        pools:
        \(pools.map { "  - \($0)\n" }.joined())
        arp: \(arp)
        source: {directory: {path: services, stateDirectory: \(stateDirectory)}}
        operations: {socket: \(socket)}

        """
    }
}
