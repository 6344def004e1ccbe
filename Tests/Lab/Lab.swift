import Glibc
public import NetworkTypes
import Synchronization

/// Computers and switches made of network namespaces, in which real programs meet a real network that can be broken
/// at will.
///
/// Nothing of the host's own network is touched, and nothing is left when the process ends, in whatever way.
/// Calls block; inside tests use `withLab`, which has a thread for that.
public final class Lab: Sendable {
    /// For messages.
    public let title: String
    let name: LabName
    let roster: Roster

    private struct Parts {
        var switches: [Switch] = []
        var nodes: [Node] = []
        var actions: [Action] = []
        var isClosed = false
    }

    private let janitor: Janitor
    private let parts = Mutex(Parts())

    /// Whether labs can be made here; tests say so in `.enabled(if:)`.
    public static var isPossible: Bool { geteuid() == 0 }

    /// An empty lab. Throws `notRoot` or `missingTool`.
    ///
    /// With `HERALD_LAB_KEEP=1` in the environment logs and captures stay in /tmp.
    public static func make(named title: String = "lab") throws(LabError) -> Lab {
        guard isPossible else { throw .notRoot }
        for tool in [Tool.ip, .nft, .setpriv, .sysctl] { _ = try tool.path() }
        try Janitor.sweepStale()
        return try Lab(title: title)
    }

    private init(title: String) throws(LabError) {
        self.title = title
        name = LabName.makeUnique()
        // The janitor stands ready before there is anything to clean.
        janitor = try Janitor(for: name, keepingFiles: unsafe getenv("HERALD_LAB_KEEP") != nil)
        guard unsafe mkdir(name.folder, 0o755) == 0 else { throw .system("mkdir \(name.folder)", code: errno) }
        roster = Roster(folder: name.folder)
    }

    /// Ends every program, removes every namespace and file. May be called twice.
    public func close() throws(LabError) {
        let isFirst = parts.withLock { parts in
            defer { parts.isClosed = true }
            return !parts.isClosed
        }
        guard isFirst else { return }
        roster.killAll()
        try janitor.clean()
        try roster.waitForAll()
    }

    /// Where logs and captures of this lab lie until it is closed.
    public var folder: String { name.folder }

    // MARK: - Building

    /// A switch whose subnets are 10.0.<n>.0/24 and fd00:0:0:<n>::/64 unless given; n counts from 1.
    public func addSwitch(_ name: String = "lan", ipv4: CIDR? = nil, ipv6: CIDR? = nil) throws(LabError) -> Switch {
        try check(name)
        let number = parts.withLock { $0.switches.count + 1 }
        guard number < 256,
            let ipv4 = ipv4 ?? CIDR("10.0.\(number).0/24"),
            let ipv6 = ipv6 ?? CIDR("fd00:0:0:\(String(number, radix: 16))::/64")
        else { throw .badTopology("a lab has at most 255 switches") }
        let new = try Switch(name: name, number: number, ipv4: ipv4, ipv6: ipv6, in: self.name)
        parts.withLock { $0.switches.append(new) }
        return new
    }

    /// A computer with one card per switch: eth0, eth1, …. Ready to send and receive when this returns.
    ///
    /// `host` is its number in every subnet; without it, each switch counts from 1.
    public func addNode(_ name: String, on switches: Switch..., host: Int? = nil) throws(LabError) -> Node {
        try addNode(name, on: switches, host: host)
    }

    /// A node that forwards between its switches.
    public func addRouter(_ name: String, on switches: Switch..., host: Int? = 254) throws(LabError) -> Node {
        let router = try addNode(name, on: switches, host: host)
        try router.set(["net.ipv4.ip_forward": "1", "net.ipv6.conf.all.forwarding": "1"])
        return router
    }

    /// As the one above, for a list.
    public func addNode(_ name: String, on switches: [Switch], host: Int? = nil) throws(LabError) -> Node {
        try check(name)
        let node = try Node(name: name, in: self.name, on: switches, host: host, roster: roster)
        parts.withLock { $0.nodes.append(node) }
        return node
    }

    private func check(_ name: String) throws(LabError) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        let isTaken = parts.withLock { parts in
            parts.nodes.contains { $0.name == name } || parts.switches.contains { $0.name == name }
        }
        guard (1...10).contains(name.utf8.count), let first = name.utf8.first, letters.contains(first),
            name.utf8.allSatisfy({ letters.contains($0) || digits.contains($0) })
        else { throw .badName(name) }
        guard !isTaken else { throw .badTopology("there is already a '\(name)' in this lab") }
    }

    // MARK: - What is there

    /// In the order they were added.
    public var switches: [Switch] { parts.withLock { $0.switches } }
    /// Nodes and routers, in the order they were added.
    public var nodes: [Node] { parts.withLock { $0.nodes } }
    /// Everything done to the network so far, in order.
    public var timeline: [Action] { parts.withLock { $0.actions } }

    func record(_ what: String, _ deed: () throws(LabError) -> Void) throws(LabError) -> Action {
        let began = LabClock.now
        try deed()
        let action = Action(what: what, began: began, ended: LabClock.now)
        parts.withLock { $0.actions.append(action) }
        return action
    }

    func findSwitch(of interface: Interface) throws(LabError) -> Switch {
        guard let found = switches.first(where: { $0.name == interface.switchName }) else {
            throw .badTopology("no switch '\(interface.switchName)' in this lab")
        }
        return found
    }
}
