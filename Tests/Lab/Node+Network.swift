import FoundationEssentials
public import NetworkTypes

/// Looking at a node's network, and changing it.
extension Node {
    /// Every address of the node, loopback included.
    public func addresses() throws(LabError) -> [AssignedAddress] {
        struct Link: Decodable { let ifname: String, addr_info: [Entry] }
        struct Entry: Decodable {
            let local: String?, prefixlen: Int, preferred_life_time: UInt32, valid_life_time: UInt32
        }
        let links: [Link] = try decode("ip addr", try namespace.query(["addr", "show"]))
        return links.flatMap { link in
            link.addr_info.compactMap { entry in
                guard let address = entry.local.flatMap({ IPAddress($0) }) else { return nil }
                return AssignedAddress(
                    address: address, prefixLength: entry.prefixlen, interface: link.ifname,
                    preferred: AssignedAddress.lifetime(entry.preferred_life_time),
                    valid: AssignedAddress.lifetime(entry.valid_life_time))
            }
        }
    }

    /// Whether the node has this address on any interface.
    public func hasAddress(_ address: IPAddress) throws(LabError) -> Bool {
        try addresses().contains { $0.address == address }
    }

    /// What the node's ARP or Neighbour Discovery cache says of an address; nil when nothing.
    public func neighbour(of address: IPAddress) throws(LabError) -> Neighbour? {
        struct Entry: Decodable { let dst: String, dev: String, lladdr: String?, state: [String] }
        let entries: [Entry] = try decode("ip neigh", try namespace.query(["neigh", "show"]))
        guard let entry = entries.first(where: { IPAddress($0.dst) == address }) else { return nil }
        return Neighbour(
            mac: entry.lladdr.flatMap { MACAddress($0) }, states: Set(entry.state), interface: entry.dev)
    }

    /// Forgets all neighbours.
    public func flushNeighbours() throws(LabError) {
        try namespace.configure(["neigh flush all"])
    }

    /// Whether the interface has carrier, as the kernel tells programs (`IFF_LOWER_UP`).
    public func hasCarrier(_ interface: String = "eth0") throws(LabError) -> Bool {
        struct Link: Decodable { let flags: [String] }
        let links: [Link] = try decode("ip link", try namespace.query(["link", "show", "dev", interface]))
        return links.contains { $0.flags.contains("LOWER_UP") }
    }

    /// Does `ip` commands in the node, given without the leading `ip`: "addr add 10.0.0.9/32 dev lo".
    public func configure(_ lines: String...) throws(LabError) {
        try configure(lines)
    }

    /// As above, for a list.
    public func configure(_ lines: [String]) throws(LabError) {
        try namespace.configure(lines)
    }

    /// Adds an address as /32 or /128, without duplicate address detection.
    public func add(_ address: IPAddress, to interface: String = "eth0") throws(LabError) {
        let flags = address.family == .ipv6 ? " nodad" : ""
        try namespace.configure(["addr add \(CIDR(address)) dev \(interface)\(flags)"])
    }

    /// Removes a /32 or /128 again.
    public func remove(_ address: IPAddress, from interface: String = "eth0") throws(LabError) {
        try namespace.configure(["addr del \(CIDR(address)) dev \(interface)"])
    }

    /// Sends packets for a block to a gateway.
    public func route(_ block: CIDR, via gateway: IPAddress) throws(LabError) {
        try namespace.configure(["route replace \(block) via \(gateway)"])
    }

    /// Sends everything else, of both families, to a router on a switch that both are on.
    public func setDefaultRoute(via router: Node) throws(LabError) {
        let own = Set(interfaces.map(\.switchName))
        guard let gateway = router.interfaces.first(where: { own.contains($0.switchName) }) else {
            throw .badTopology("'\(name)' and '\(router.name)' share no switch")
        }
        try namespace.configure([
            "route replace default via \(gateway.ipv4)", "route replace default via \(gateway.ipv6)",
        ])
    }

    /// Sets sysctls of the node.
    public func set(_ sysctls: [String: String]) throws(LabError) {
        try namespace.perform([try Tool.sysctl.path(), "-qw"] + sysctls.map { "\($0)=\($1)" })
    }

    private func decode<Value: Decodable>(_ what: String, _ json: [UInt8]) throws(LabError) -> Value {
        do { return try JSONDecoder().decode(Value.self, from: Data(json)) } catch {
            throw .unreadable("\(what): \(error)", text: String(decoding: json, as: UTF8.self))
        }
    }
}
