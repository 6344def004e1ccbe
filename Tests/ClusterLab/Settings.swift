/// A configuration file of a test.
package struct Settings: Sendable {
    package var mode = "arp"
    package var pools = ["{name: edge, addresses: [10.0.1.100-10.0.1.119, \"fd00:0:0:1::100-fd00:0:0:1::11f\"]}"]
    /// Further lines, at the left margin.
    package var more = ""

    /// By default one pool of both families, announced by ARP.
    package init(mode: String? = nil, pools: [String]? = nil, more: String = "") {
        self.mode = mode ?? self.mode
        self.pools = pools ?? self.pools
        self.more = more
    }

    package func text(kubeconfig: String, stateDirectory: String, socket: String) -> String {
        """
        mode: \(mode)
        pools:
        \(pools.map { "  - \($0)\n" }.joined())
        source: {kubernetes: {kubeconfig: \(kubeconfig), stateDirectory: \(stateDirectory)}}
        operations: {socket: \(socket)}
        \(more)

        """
    }
}
