import FoundationEssentials
import Lab
import NetworkTypes

/// An API server, a node with herald, a client and a router with BIRD, on one switch of a lab of their own.
final class FigureStage {
    let lab: Lab
    let server: TestServer
    let node: Node
    /// Sends what people send; the routers' own side in BGP.
    let client: Node
    private let herald: String
    private let kubeconfig: String
    private var starts = 0

    init(_ options: Options) throws {
        herald = options.herald
        lab = try Lab.make(named: "figures")
        let lan = try lab.addSwitch("lan", ipv4: CIDR("10.1.0.0/16"))
        node = try lab.addNode("node1", on: lan)
        client = try lab.addNode("client", on: lan)
        server = try TestServer(on: try lab.addNode("api", on: lan), in: lab, number: 1)
        kubeconfig = try server.writeKubeconfig()
        try server.createNode(node.name, address: node.ipv4)
    }

    func close() {
        try? server.end()
        try? lab.close()
    }

    func path(_ name: String) -> String { "\(lab.folder)/\(name)" }

    func write(_ text: String, _ name: String) throws {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    }

    /// The address that the Service of this place gets, in the order in which they are made.
    func address(_ place: Int) -> IPAddress { IPAddress(ipv4: 0x0A01_4000 + UInt32(place)) }

    // MARK: - herald

    /// Starts herald and returns once a first Service has a status, so that all that comes only once is over.
    func start(_ mode: String) throws -> Running {
        starts += 1
        let folder = path("herald-\(starts)")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try write(
            """
            mode: \(mode)
            source: {kubernetes: {stateDirectory: \(folder)/state}}
            pools:
              - {name: edge, addresses: [10.1.64.0/20]}
            bgp: {asn: 64512, grace: 0s, peers: [{name: tor, address: \(client.ipv4), asn: 64500, bfd: true, \
            connectRetry: 200ms}]}
            log: {level: warning}
            operations: {socket: \(folder)/socket}

            """, "herald-\(starts)/herald.yaml")
        try server.order("stopwatch", #"{"clear":true}"#)
        try server.order("crowd/create", #"{"prefix":"first-"}"#)
        let running = try Running(
            on: node, herald,
            ["run", "--config", "\(folder)/herald.yaml", "--node-name", node.name, "--kubeconfig", kubeconfig])
        try server.waitForAnnounced(1, within: .seconds(30))
        LabClock.sleep(for: .seconds(1))
        return running
    }

    /// Ends herald and removes every Service.
    func end(_ running: Running) throws {
        try running.end()
        try server.order("crowd/delete", #"{"prefix":""}"#)
    }

    /// Makes one Service and tells when it was there.
    func create(_ name: String) throws -> MonotonicTime {
        try server.order("stopwatch", #"{"clear":true}"#)
        try server.order("crowd/create", #"{"prefix":"\#(name)-"}"#)
        return MonotonicTime(nanoseconds: try server.times().lastCreated)
    }

    // MARK: - BIRD

    /// Starts BIRD, which takes what herald sends and gives it to its kernel.
    func startBird() throws -> ChildProcess {
        try write(
            """
            router id \(client.ipv4);
            protocol device {}
            protocol kernel { ipv4 { import none; export all; }; }
            protocol bfd { interface "*" { interval 50 ms; multiplier 3; }; }
            protocol bgp peer { local as 64500; neighbor \(node.ipv4) as 64512; passive; bfd on; error wait time 1, 1;
              ipv4 { import all; export none; }; }

            """, "bird.conf")
        let bird = try client.start(
            ["bird", "-f", "-c", path("bird.conf"), "-s", path("bird.ctl"), "-P", path("bird.pid")])
        try eventually("BIRD answers", within: .seconds(5), every: .milliseconds(5)) {
            try ask("show status").contains("running")
        }
        return bird
    }

    func ask(_ what: String) throws -> String {
        try client.run(["birdc", "-s", path("bird.ctl")] + what.split(separator: " ").map(String.init)).text
    }

    func waitForDetection() throws {
        try eventually("BFD is up", within: .seconds(30), every: .milliseconds(50)) {
            try ask("show bfd sessions").contains("Up")
        }
    }
}
