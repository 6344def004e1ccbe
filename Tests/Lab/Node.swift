import Glibc
public import NetworkTypes

/// A computer of the lab: a network namespace with the kernel's default sysctls, whatever the host's are.
public final class Node: Sendable {
    /// As given to `addNode`.
    public let name: String
    /// One per switch, in the order of the switches.
    public let interfaces: [Interface]
    /// The first of them, eth0.
    public let primary: Interface

    let namespace: Namespace
    let roster: Roster

    init(name: String, in lab: LabName, on switches: [Switch], host: Int?, roster: Roster) throws(LabError) {
        self.name = name
        self.roster = roster
        namespace = try Namespace(making: name, in: lab)
        try namespace.perform([try Tool.sysctl.path(), "-qw"] + Self.freshSettings)
        var interfaces: [Interface] = []
        for (number, each) in switches.enumerated() {
            let host = each.takeHostNumber(host)
            let interface = Interface(
                name: "eth\(number)", mac: Switch.mac(each.number, host: host),
                ipv4: try each.address(each.ipv4, host: host), ipv6: try each.address(each.ipv6, host: host),
                switchName: each.name, port: "\(name)-\(number)")
            try each.plug(interface, host: host, into: namespace)
            interfaces.append(interface)
        }
        guard let primary = interfaces.first else { throw .badTopology("node '\(name)' is on no switch") }
        self.primary = primary
        self.interfaces = interfaces
        try namespace.configure(
            ["link set lo up"] + zip(interfaces, switches).flatMap { Self.lines(for: $0, on: $1) })
        for (interface, each) in zip(interfaces, switches) { try each.waitUntilForwarding(interface) }
    }

    /// The kernel's own defaults: a new namespace takes IPv4 settings over from the host, which may forward or filter.
    private static let freshSettings =
        ["net.ipv4.ip_forward=0"]
        + ["all", "default"].flatMap { scope in
            ["rp_filter", "arp_filter", "arp_announce", "arp_ignore", "arp_accept", "arp_notify"].map {
                "net.ipv4.conf.\(scope).\($0)=0"
            }
        }

    /// The link-local address is set by hand, because the kernel would spend a second on making sure that it is
    /// unique; afterwards the kernel is in charge of it again.
    private static func lines(for interface: Interface, on network: Switch) -> [String] {
        let name = interface.name
        return [
            "link set \(name) addrgenmode none up",
            "addr add \(interface.ipv4)/\(network.ipv4.prefixLength) brd + dev \(name)",
            "addr add \(interface.ipv6)/\(network.ipv6.prefixLength) dev \(name) nodad",
            "addr add \(interface.linkLocal)/64 dev \(name) nodad",
            "link set \(name) addrgenmode eui64",
        ]
    }

    /// Of eth0.
    public var ipv4: IPAddress { primary.ipv4 }
    /// Of eth0.
    public var ipv6: IPAddress { primary.ipv6 }
    /// Of eth0.
    public var mac: MACAddress { primary.mac }
    /// The network namespace as `ip netns list` shows it.
    public var namespaceName: String { namespace.name }

    // MARK: - Programs

    /// Runs a program to its end, whatever its status; one that takes too long is killed with its children and throws.
    public func run(_ command: [String], environment: [String: String] = [:], timeout: Duration = .seconds(10))
        throws(LabError) -> Output
    {
        let process = try start(command, environment: environment)
        do { return try process.wait(timeout: timeout) } catch {
            process.kill9()
            _ = try? process.wait(timeout: .seconds(1))
            throw error
        }
    }

    /// Starts a program and returns at once.
    ///
    /// `environment` is added to this process's own. The first 64 MB of each stream are kept in memory and written to
    /// the file `log` too, when one is given.
    public func start(_ command: [String], environment: [String: String] = [:], log: String? = nil) throws(LabError)
        -> ChildProcess
    {
        let launch = Launch(command: try namespace.launcher + command, environment: environment)
        let file: Descriptor?
        if let log { file = try Descriptor.open(log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND) } else { file = nil }
        let process = try ChildProcess(launch, showing: command, log: file)
        roster.add(process)
        return process
    }

    /// Starts a subcommand of `lab-probe`.
    func startProbe(_ arguments: [String]) throws(LabError) -> ChildProcess {
        try start([try Tool.probePath()] + arguments)
    }
}
