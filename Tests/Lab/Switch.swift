public import NetworkTypes
import Synchronization

/// An Ethernet switch: a Linux bridge in a namespace of its own, which learns, floods multicast and has no address.
public final class Switch: Sendable {
    /// As given to `addSwitch`.
    public let name: String
    /// The IPv4 subnet of the nodes on it.
    public let ipv4: CIDR
    /// The IPv6 subnet of the nodes on it.
    public let ipv6: CIDR

    let namespace: Namespace
    let number: Int
    private let lastHost = Mutex(0)
    private let obstacles = Mutex<[Obstacle]>([])

    /// The bridge inside the namespace.
    static let bridge = "br0"

    init(name: String, number: Int, ipv4: CIDR, ipv6: CIDR, in lab: LabName) throws(LabError) {
        self.name = name
        self.number = number
        self.ipv4 = ipv4
        self.ipv6 = ipv6
        namespace = try Namespace(making: name, in: lab)
        // A switch is no host: without IPv6 of its own it sends nothing itself.
        try namespace.perform([
            try Tool.sysctl.path(), "-qw", "net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1",
        ])
        try namespace.configure([
            "link add \(Self.bridge) address \(Self.mac(number, host: 0xFFFF)) type bridge mcast_snooping 0",
            "link set \(Self.bridge) up",
        ])
    }

    static func mac(_ switchNumber: Int, host: Int) -> MACAddress {
        MACAddress(number: 0x0200_0000_0000 | UInt64(switchNumber & 0xFF) << 16 | UInt64(host & 0xFFFF))
    }

    /// Host numbers count up from 1 unless one is asked for.
    func takeHostNumber(_ wanted: Int?) -> Int {
        lastHost.withLock { last in
            if let wanted { return wanted }
            last += 1
            return last
        }
    }

    /// Throws when the subnet is too small for this host number.
    func address(_ subnet: CIDR, host: Int) throws(LabError) -> IPAddress {
        guard host > 0, let address = subnet.network.advanced(by: UInt128(host)), subnet.contains(address) else {
            throw .badTopology("switch '\(name)': \(subnet) has no host number \(host)")
        }
        return address
    }

    /// Makes the pair of interfaces between the port and the node.
    ///
    /// Ports have indexes from 1000 on: when both ends of a veth pair happen to have the same index, the kernel takes
    /// the pair for a plain card and reports a change of carrier up to a second late.
    func plug(_ interface: Interface, host: Int, into node: Namespace) throws(LabError) {
        try namespace.configure([
            "link add name \(interface.port) index \(1000 + host) type veth peer name \(interface.name) "
                + "address \(interface.mac) netns \(node.name)",
            "link set \(interface.port) master \(Self.bridge) up",
        ])
    }

    /// Waits until the port carries frames.
    func waitUntilForwarding(_ interface: Interface) throws(LabError) {
        try eventually("port \(interface.port) of \(name) forwards", within: .seconds(5), every: .milliseconds(1)) {
            let text = try namespace.query(["-d", "link", "show", "dev", interface.port])
            return String(decoding: text, as: UTF8.self).contains("\"state\":\"forwarding\"")
        }
    }

    func setPort(of interface: Interface, up: Bool) throws(LabError) {
        try namespace.configure(["link set \(interface.port) \(up ? "up" : "down")"])
    }

    /// Replaces what the switch drops, as a whole and at once.
    func update(_ change: (inout [Obstacle]) -> Void) throws(LabError) {
        let current = obstacles.withLock { list in
            change(&list)
            return list
        }
        let rules = current.flatMap(\.rules).map { "        \($0)\n" }.joined()
        let table = """
            table bridge lab
            delete table bridge lab
            table bridge lab {
                chain forward {
                    type filter hook forward priority 0; policy accept;
            \(rules)    }
            }

            """
        try namespace.perform([try Tool.nft.path(), "-f", "-"], input: table)
    }
}
