import FoundationEssentials
import Lab
import NetworkTypes

/// An API server and a node that herald runs on, on one switch.
final class ClusterStage {
    let server: TestServer
    let node: Node
    private let herald: String
    private let folder: String
    private let configuration: String
    private let kubeconfig: String

    init(in lab: Lab, herald: String) throws {
        self.herald = herald
        let number = lab.switches.count + 1
        let lan = try lab.addSwitch("lan\(number)", ipv4: CIDR("10.\(number).0.0/16"))
        node = try lab.addNode("node\(number)", on: lan)
        server = try TestServer(on: try lab.addNode("api\(number)", on: lan), in: lab, number: number)
        kubeconfig = try server.writeKubeconfig()
        try server.createNode(node.name, address: node.ipv4)
        folder = "\(lab.folder)/cluster-\(number)"
        configuration = "\(folder)/herald.yaml"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = """
            mode: arp
            source: {kubernetes: {stateDirectory: \(folder)/state}}
            pools:
              - {name: edge, addresses: [10.\(number).64.0-10.\(number).127.255]}
            operations: {socket: \(folder)/socket}

            """
        try Data(text.utf8).write(to: URL(filePath: configuration))
    }

    /// Starts herald, and returns at once.
    func start() throws -> Running {
        try Running(
            on: node, herald,
            ["run", "--config", configuration, "--node-name", node.name, "--kubeconfig", kubeconfig])
    }
}
