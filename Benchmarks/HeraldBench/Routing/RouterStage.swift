import FoundationEssentials
import Lab
import NetworkTypes

/// A router with BIRD and a node, on one switch.
struct RouterStage {
    let lab: Lab
    let router: Node
    let node: Node
    let herald: String
    let folder: String

    init(in lab: Lab, herald: String) throws {
        self.lab = lab
        self.herald = herald
        let lan = try lab.addSwitch("routed", ipv4: CIDR("10.77.0.0/16"), ipv6: CIDR("fd00:77::/64"))
        router = try lab.addNode("router", on: lan)
        node = try lab.addNode("speaker", on: lan)
        folder = "\(lab.folder)/routing"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    // MARK: - BIRD

    /// Starts BIRD, which takes what a peer on the node sends.
    func startBird(_ more: String = "") throws -> ChildProcess {
        let text = """
            router id \(router.ipv4);
            protocol device {}
            \(more)
            protocol bgp peer { local as 64500; neighbor \(node.ipv4) as 64512; passive; error wait time 1, 1;
              ipv4 { import all; export none; }; }

            """
        return try start("bird", on: router, text)
    }

    /// BIRD on a node, with its control socket under the title.
    func start(_ title: String, on node: Node, _ text: String) throws -> ChildProcess {
        try write(text, "\(title).conf")
        let bird = try node.start(
            ["bird", "-f", "-c", path("\(title).conf"), "-s", path("\(title).ctl"), "-P", path("\(title).pid")])
        try eventually("BIRD answers", within: .seconds(5), every: .milliseconds(5)) {
            try ask("show status", of: title, on: node).contains("running")
        }
        return bird
    }

    func ask(_ what: String, of title: String = "bird", on other: Node? = nil) throws -> String {
        let command = ["birdc", "-s", path("\(title).ctl")] + what.split(separator: " ").map(String.init)
        return try (other ?? router).run(command).text
    }

    /// Routes that BIRD has of the peer.
    func count(ofPeer name: String = "peer") throws -> Int {
        let line = try ask("show route protocol \(name) count").split(separator: "\n").last ?? ""
        return Int(line.split(separator: " ").first ?? "") ?? 0
    }

    /// From the peer's session being up to the last of its routes, in milliseconds; looked at every few milliseconds.
    func timeToReceive(_ wanted: Int, from sender: String) throws -> Double {
        try eventually("the session with \(sender) is up", within: .seconds(30), every: .milliseconds(1)) {
            try ask("show protocols peer").contains("Established")
        }
        let start = LabClock.now.nanoseconds
        let (_, end) = try eventually("\(wanted) routes from \(sender)", within: .seconds(60), every: .milliseconds(2))
        {
            try count()
        } until: {
            $0 >= wanted
        }
        _ = end
        return Double(LabClock.now.nanoseconds - start) / 1e6
    }

    // MARK: - herald

    /// Starts herald with that many Services and this configuration of BGP.
    func startHerald(_ services: Int, bgp: String, on other: Node? = nil, title: String = "herald") throws -> Running {
        let home = path(title)
        try FileManager.default.createDirectory(atPath: "\(home)/services", withIntermediateDirectories: true)
        let manifests = (0..<services).map { number in
            "{apiVersion: v1, kind: Service, metadata: {name: s\(number)}, spec: {type: LoadBalancer, "
                + "ports: [{name: p, port: 80}]}}"
        }
        try write(manifests.joined(separator: "\n---\n") + "\n", "\(title)/services/all.yaml")
        try write(
            """
            mode: bgp
            pools: [{name: edge, addresses: [10.200.0.0/16]}]
            bgp: \(bgp)
            log: {level: warning}
            source: {directory: {path: \(home)/services, stateDirectory: \(home)/state}}
            operations: {socket: \(home)/herald.sock}

            """, "\(title)/herald.yaml")
        let place = other ?? node
        return try Running(
            on: place, herald, ["run", "--config", "\(home)/herald.yaml", "--node-name", place.name])
    }

    func path(_ name: String) -> String { "\(folder)/\(name)" }

    func write(_ octets: [UInt8], _ name: String) throws {
        try Data(octets).write(to: URL(fileURLWithPath: path(name)))
    }

    func write(_ text: String, _ name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }
}
