import FoundationEssentials
import Glibc
import Lab
import NetworkTypes
import Synchronization

/// herald on a node of a lab, in BGP mode.
final class Speaker: Sendable {
    let node: Node
    let home: String
    private let process = Mutex<ChildProcess?>(nil)
    private let earlierLog = Mutex("")
    private static let latest = Mutex<Speaker?>(nil)

    /// Debug builds start slowly on a busy machine.
    static let patience = Duration.seconds(10)

    /// `bgp` is what stands under that key, in flow style.
    init(on node: Node, in lab: Lab, bgp: String, services: Int = 1) throws {
        self.node = node
        home = "\(lab.folder)/\(node.name)"
        try FileManager.default.createDirectory(atPath: "\(home)/services", withIntermediateDirectories: true)
        try configure(bgp: bgp)
        for number in 0..<services { try apply("web\(number)") }
        Self.latest.withLock { $0 = self }
    }

    /// `source` is where Services come from instead of the folder of manifests.
    func configure(bgp: String, mode: String = "bgp", source: String? = nil) throws {
        try write(
            """
            mode: \(mode)
            pools: [{name: edge, addresses: [192.0.2.0/24, 198.51.100.0/22, "fd00:55::/112"]}]
            bgp: \(bgp)
            source: \(source ?? "{directory: {path: \(home)/services, stateDirectory: \(home)/state}}")
            operations: {socket: \(home)/herald.sock}

            """, "herald.yaml")
    }

    /// A Service of both families; the first gets 192.0.2.0 and fd00:55::.
    func apply(_ name: String) throws {
        try write(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: \(name)}
            spec: {type: LoadBalancer, ipFamilyPolicy: RequireDualStack, ports: [{name: p, port: 80}]}

            """, "services/\(name).yaml")
    }

    func delete(_ name: String) throws {
        try FileManager.default.removeItem(atPath: "\(home)/services/\(name).yaml")
    }

    func write(_ text: String, _ file: String) throws {
        try text.write(toFile: "\(home)/.draft", atomically: false, encoding: .utf8)
        guard unsafe rename("\(home)/.draft", "\(home)/\(file)") == 0 else {
            throw LabError.system("rename", code: errno)
        }
    }

    // MARK: - The process

    @discardableResult
    func start() throws -> Speaker {
        earlierLog.withLock { $0 += process.withLock { $0 }?.errors ?? "" }
        let command = [try Self.program(), "run", "--config", "\(home)/herald.yaml", "--node-name", node.name]
        let started = try node.start(command, environment: ["SWIFT_BACKTRACE": "enable=no"], log: "\(home)/log")
        process.withLock { $0 = started }
        return self
    }

    var running: ChildProcess {
        get throws {
            guard let process = process.withLock({ $0 }) else { throw LabError.badTopology("herald was not started") }
            return process
        }
    }

    var log: String { earlierLog.withLock { $0 } + (process.withLock { $0 }?.errors ?? "") }

    static var latestLog: String? {
        guard let log = latest.withLock({ $0 })?.log, !log.isEmpty else { return nil }
        return "herald's log:\n" + log.split(separator: "\n").suffix(40).joined(separator: "\n")
    }

    static func program() throws -> String {
        if let named = unsafe getenv("HERALD_PROGRAM") { return unsafe String(cString: named) }
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/herald"
    }

    // MARK: - What it says

    struct Peers: Decodable {
        struct Peer: Decodable {
            struct BFD: Decodable { var state: String }
            var name: String
            var state: String
            var reason: String
            var lastError: String?
            var receivedPrefixes: UInt64
            var treatedAsWithdraw: UInt64
            var discardedAttributes: UInt64
            var sent: [String: UInt64]
            var received: [String: UInt64]
            var advertised: [String: Int]
            var bfd: BFD?
        }
        var peers: [Peer]
        var obstacle: String?
        var problems: [String]
        var rejectedBFDPackets: UInt64
    }

    func command(_ arguments: String...) throws -> Output {
        try node.run([try Self.program()] + arguments + ["--socket", "\(home)/herald.sock"])
    }

    func peers() throws -> Peers {
        let output = try command("bgp", "peers", "--json")
        guard output.isSuccess else { throw LabError.commandFailed(["herald", "bgp", "peers"], output) }
        return try JSONDecoder().decode(Peers.self, from: Data(output.standardOutput))
    }

    func peer(_ name: String = "tor") throws -> Peers.Peer? { try peers().peers.first { $0.name == name } }

    /// Waits until both sides have it up, the router's as far as it can be asked.
    func waitForBFD(_ bird: Bird? = nil) throws {
        try eventually("BFD is up", within: Self.patience) {
            try peer()?.bfd?.state == "Up" && bird?.show("bfd sessions").contains("Up") != false
        }
    }

    @discardableResult
    func waitUntil(_ state: String, _ name: String = "tor", within limit: Duration = patience) throws -> Peers.Peer? {
        try eventually("\(name) is \(state)", within: limit, every: .milliseconds(20)) {
            try peer(name)
        } until: {
            $0?.state == state
        }.value
    }

    @discardableResult
    func waitForError(_ text: String, _ name: String = "tor") throws -> Peers.Peer? {
        try eventually("'\(text)' is the last error of \(name)", within: Self.patience, every: .milliseconds(20)) {
            try peer(name)
        } until: {
            $0?.lastError?.contains(text) == true
        }.value
    }

    func waitForLog(_ text: String) throws {
        try eventually("'\(text)' is logged", within: Self.patience) { log.contains(text) }
    }
}
