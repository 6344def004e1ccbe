import FoundationEssentials
import Glibc
import Lab
import NetworkTypes
import Operations
import Testing

/// A client and several nodes with herald on one switch, which share the same addresses under one key.
struct Cluster: Sendable {
    let lab: Lab
    let lan: Switch
    let client: Node
    let heralds: [HeraldNode]
    /// What all nodes were started with.
    let settings: Settings

    var keyFile: String { "\(lab.folder)/shared/key" }

    /// `membership` with further settings, in braces.
    func membership(_ more: String = "", of families: [AddressFamily] = [.ipv4, .ipv6]) -> String {
        Self.membership(keyFile: keyFile, of: heralds.map(\.node), more, families)
    }

    static func membership(
        keyFile: String, of nodes: [Node], _ more: String = "", _ families: [AddressFamily] = [.ipv4, .ipv6]
    ) -> String {
        let peers = nodes.map { node in
            let addresses = families.map { $0 == .ipv4 ? "\(node.ipv4)" : "\"\(node.ipv6)\"" }
            return "{name: \(node.name), addresses: [\(addresses.joined(separator: ", "))]}"
        }
        let rest = more.isEmpty ? "" : ", \(more)"
        return "{keyFile: \(keyFile), peers: [\(peers.joined(separator: ", "))]\(rest)}"
    }

    /// Gives every node other settings, one after the other, and waits for each to have them in force.
    func reconfigure(_ change: (inout Settings) -> Void) throws {
        var settings = settings
        change(&settings)
        for herald in heralds {
            let before = try herald.status().configuration.hash
            try herald.configure(settings)
            try eventually("the configuration is in force", within: HeraldNode.patience, every: .milliseconds(10)) {
                let configuration = try herald.status().configuration
                return configuration.hash != before && configuration.rejected == nil
            }
        }
    }

    /// The only herald whose node holds the address; throws while there is another number of them.
    func owner(of address: IPAddress) throws -> HeraldNode {
        let owners = try heralds.filter { try $0.node.hasAddress(address) }
        guard owners.count == 1 else {
            throw LabError.waitedInVain(
                "one owner of \(address)", limit: .zero, last: "\(owners.map(\.node.name))")
        }
        return owners[0]
    }

    /// Waits until exactly one node holds each address, and returns it.
    func waitForOwners(of addresses: [IPAddress], among some: [HeraldNode]? = nil) throws -> [HeraldNode] {
        try eventually("each address has one owner", within: HeraldNode.patience, every: .milliseconds(20)) {
            try addresses.map(owner(of:))
        } until: { owners in
            owners.allSatisfy { owner in some.map { $0.contains { $0 === owner } } ?? true }
        }.value
    }

    func waitForOwner(of address: IPAddress, among some: [HeraldNode]? = nil) throws -> HeraldNode {
        try waitForOwners(of: [address], among: some)[0]
    }

    func others(than herald: HeraldNode) -> [HeraldNode] { heralds.filter { $0 !== herald } }

    /// Waits until every node hears every other.
    func waitForMembers() throws {
        try eventually("all nodes hear each other", within: HeraldNode.patience, every: .milliseconds(20)) {
            try heralds.allSatisfy { herald in
                guard let members = try herald.status().membership?.members else { return false }
                return members.count == heralds.count - 1 && members.allSatisfy { $0.reach == "mutual" }
            }
        }
    }

    /// The longest time without an answer, from the answer before it to the one after; nil when it never ended.
    static func outage(_ report: ProbeReport) -> Duration? {
        var longest = Duration.zero
        for gap in report.gaps {
            guard let duration = gap.duration else { return nil }
            longest = max(longest, duration + .nanoseconds(report.interval))
        }
        return longest
    }
}

/// Makes a cluster with every herald running and every node heard, and removes it after the body.
func withCluster(
    of count: Int = 3, arp: String = "{lifetime: 3s, refresh: 1s}", checks: String = "[]", _ services: [Manifest],
    isStarted: Bool = true, families: [AddressFamily] = [.ipv4, .ipv6],
    _ body: @Sendable @escaping (Cluster) throws -> Void
) async throws {
    try await withLab { lab in
        let lan = try lab.addSwitch()
        let client = try lab.addNode("client", on: lan)
        let nodes = try (0..<count).map { try lab.addNode("node\($0)", on: lan) }
        let shared = try Folder("\(lab.folder)/shared")
        try shared.write("a key that is only for this test", as: "key")
        unsafe chmod(shared.path(of: "key"), 0o600)
        var settings = Settings(arp: arp, checks: checks)
        settings.membership = Cluster.membership(keyFile: shared.path(of: "key"), of: nodes, "", families)
        let heralds = try nodes.map { try HeraldNode(on: $0, in: lab, settings) }
        let cluster = Cluster(lab: lab, lan: lan, client: client, heralds: heralds, settings: settings)
        if isStarted {
            for herald in heralds { try herald.launch() }
            // Before there is anything to own: who comes first would have it all.
            try cluster.waitForMembers()
        }
        for herald in heralds {
            for service in services { try herald.apply(service) }
        }
        try body(cluster)
    }
}
