/// Recording what goes over the wire.
extension Lab {
    /// Records on a node's interface, with a filter of pcap ("arp or icmp6"); it is recording when this returns.
    public func capture(on node: Node, interface: String = "eth0", filter: String = "") throws(LabError) -> Capture {
        try Capture(in: node.namespace, interface: interface, isPromiscuous: false, filter: filter, roster: roster)
    }

    /// Records every frame that comes into a switch, before obstacles; with `port` what passes that node's port.
    public func capture(on network: Switch, port node: Node? = nil, filter: String = "") throws(LabError) -> Capture {
        let port = node?.interfaces.first { $0.switchName == network.name }?.port
        guard node == nil || port != nil else {
            throw .badTopology("'\(node?.name ?? "")' is not on switch '\(network.name)'")
        }
        return try Capture(
            in: network.namespace, interface: port ?? Switch.bridge, isPromiscuous: true, filter: filter,
            roster: roster)
    }
}
