import FoundationEssentials
import Glibc
import Lab
import NetworkTypes

/// Nodes that share addresses, a client that uses them, and a watcher that asks for them by ARP.
final class Ring {
    let lab: Lab
    let client: Node
    let watcher: Node
    let nodes: [Node]
    let tuning: Tuning
    private let binary: String
    private var processes: [ChildProcess?]
    private var server: TestServer?
    private var kubeconfig: String?

    init(_ tuning: Tuning, _ options: Options) throws {
        self.tuning = tuning
        binary = options.herald
        lab = try Lab.make(named: "failover")
        let lan = try lab.addSwitch("lan", ipv4: CIDR("10.1.0.0/16"))
        nodes = try (0..<tuning.nodes).map { [lab] in try lab.addNode("node\($0)", on: lan) }
        client = try lab.addNode("client", on: lan)
        watcher = try lab.addNode("watcher", on: lan)
        processes = nodes.map { _ in nil }
        if tuning.isServerAway { try addServer(on: lan) }
        try writeFiles()
        for index in nodes.indices { try start(index) }
        try waitUntilSettled()
    }

    func close() {
        try? lab.close()
    }

    /// An API server on a node of its own, with the nodes and a Service for each address.
    private func addServer(on lan: Switch) throws {
        let server = try TestServer(on: try lab.addNode("api", on: lan), in: lab, number: 1)
        kubeconfig = try server.writeKubeconfig()
        for node in nodes { try server.createNode(node.name, address: node.ipv4) }
        for (place, address) in addresses.enumerated() { try server.createService("s\(place)", address: address) }
        self.server = server
    }

    /// From now on there is no API server.
    func removeServer() throws {
        // What the nodes know is in their state files by then.
        LabClock.sleep(for: .seconds(3))
        try server?.end()
        server = nil
    }

    /// Those that are shared.
    var addresses: [IPAddress] {
        (0..<tuning.addresses).map { IPAddress(ipv4: 0x0A01_4000 + UInt32($0)) }
    }
    var address: IPAddress { addresses[0] }

    func process(_ index: Int) throws -> ChildProcess {
        guard let process = processes[index] else { throw Site.Failure(description: "node \(index) runs nothing") }
        return process
    }

    // MARK: - Programs

    func start(_ index: Int) throws {
        processes[index] = try nodes[index].start(command(index), log: path(index, "log"))
    }

    private func command(_ index: Int) -> [String] {
        switch tuning.program {
        case .herald:
            [binary, "run", "--config", path(index, "herald.yaml"), "--node-name", nodes[index].name]
                + (kubeconfig.map { ["--kubeconfig", $0] } ?? [])
        case .keepalived:
            [
                "/usr/sbin/keepalived", "--dont-fork", "--vrrp", "--log-console", "-f", path(index, "keepalived.conf"),
                "-p", path(index, "pid"), "-r", path(index, "vrrp-pid"),
            ]
        }
    }

    /// Gives an order to the herald of a node, and waits for its end.
    func order(_ word: String, _ index: Int) throws {
        let output = try nodes[index].run([binary, word, "--socket", path(index, "socket")])
        guard output.isSuccess else { throw Site.Failure(description: "herald \(word): \(output.errors)") }
    }

    func log(_ index: Int) -> String { processes[index]?.errors ?? "" }

    // MARK: - Files

    private func path(_ index: Int, _ name: String) -> String { "\(lab.folder)/\(nodes[index].name)/\(name)" }

    private func write(_ text: String, _ path: String) throws {
        try Data(text.utf8).write(to: URL(filePath: path))
    }

    private func writeFiles() throws {
        let key = "\(lab.folder)/key"
        try write("a key that is only for this benchmark", key)
        unsafe chmod(key, 0o600)
        for index in nodes.indices {
            try FileManager.default.createDirectory(
                atPath: path(index, "services"), withIntermediateDirectories: true)
            switch tuning.program {
            case .herald:
                try write(heraldText(index, key), path(index, "herald.yaml"))
                try write(manifests, path(index, "services/all.yaml"))
            case .keepalived(let interval, let version):
                try write(keepalivedText(index, interval, version), path(index, "keepalived.conf"))
            }
        }
    }

    private func heraldText(_ index: Int, _ key: String) -> String {
        let list = nodes.map { "    - {name: \($0.name), addresses: [\($0.ipv4)]}\n" }.joined()
        // With an API server, the nodes are those that it knows.
        let (source, peers) =
            tuning.isServerAway
            ? ("kubernetes: {stateDirectory: \(path(index, "state"))}", "")
            : (
                "directory: {path: \(path(index, "services")), stateDirectory: \(path(index, "state"))}",
                "  peers:\n\(list)"
            )
        return """
            mode: arp
            source: {\(source)}
            services: {requireEndpoints: false}
            pools:
              - {name: edge, addresses: [10.1.64.0/20]}
            arp: {attach: \(tuning.attach), election: \(tuning.election)}
            membership:
              interval: \(tuning.interval)
              keyFile: \(key)
            \(peers)operations: {socket: \(path(index, "socket"))}

            """
    }

    private var manifests: String {
        addresses.enumerated().map { place, address in
            """
            apiVersion: v1
            kind: Service
            metadata: {name: s\(place), annotations: {herald-lb.io/addresses: "\(address)"}}
            spec: {type: LoadBalancer, ports: [{port: 80}]}

            """
        }.joined(separator: "---\n")
    }

    private func keepalivedText(_ index: Int, _ interval: String, _ version: Int) -> String {
        """
        global_defs {
            router_id node\(index)
            vrrp_version \(version)
        }
        vrrp_instance shared {
            state BACKUP
            nopreempt
            interface eth0
            virtual_router_id 51
            priority \(100 + index)
            advert_int \(interval)
            virtual_ipaddress {
                \(address)/32
            }
        }

        """
    }

    // MARK: - Owners

    /// The node whose address this is; nil unless it is exactly one's. With nothing attached, who answers.
    func owner(of address: IPAddress) throws -> Int? {
        if tuning.attach == "none" { return try answerer(of: address) }
        let owners = try nodes.indices.filter { try nodes[$0].hasAddress(address) }
        return owners.count == 1 ? owners[0] : nil
    }

    private func answerer(of address: IPAddress) throws -> Int? {
        let capture = try lab.capture(on: watcher, filter: "arp")
        let probe = try watcher.askARP(for: [address], .all, every: .milliseconds(5))
        LabClock.sleep(for: .milliseconds(50))
        _ = try probe.finish()
        try capture.stop()
        let stations = Set(try claims(in: capture).map(\.station))
        let owners = nodes.indices.filter { stations.contains(nodes[$0].mac.description) }
        return owners.count == 1 ? owners[0] : nil
    }

    /// Returns when every program hears all others and each address has one owner.
    @discardableResult
    func waitUntilSettled() throws -> Int {
        if case .herald = tuning.program {
            try eventually("all nodes hear each other", within: .seconds(20), every: .milliseconds(50)) {
                try nodes.indices.allSatisfy { index in
                    let socket = path(index, "socket")
                    let output = try nodes[index].run([binary, "status", "--socket", socket])
                    return output.text.split(separator: "\n").count { $0.contains(": mutual, alive") }
                        == nodes.count - 1
                }
            }
        }
        let some = [addresses[0], addresses[addresses.count - 1]]
        let owners = try eventually("each address has one owner", within: .seconds(20), every: .milliseconds(50)) {
            try some.map(owner(of:))
        } until: {
            !$0.contains(nil)
        }.value
        return owners[0] ?? 0
    }

    /// A frame in which a station says that it has an address.
    struct Claim {
        let address: String
        let station: String
        let time: MonotonicTime
    }

    func claims(in capture: Capture) throws -> [Claim] {
        try capture.decode(
            fields: ["arp.src.proto_ipv4", "arp.src.hw_mac"], where: "arp.src.proto_ipv4 == 10.1.64.0/20"
        ).compactMap { frame in
            guard let address = frame["arp.src.proto_ipv4"], let station = frame["arp.src.hw_mac"] else { return nil }
            return Claim(address: address, station: station, time: frame.time)
        }
    }
}
