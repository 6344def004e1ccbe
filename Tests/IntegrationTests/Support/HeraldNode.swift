import FoundationEssentials
import Glibc
import Lab
import NetworkTypes
import Operations
import Synchronization

/// herald on a node of a lab, with a configuration and manifests of its own.
final class HeraldNode: Sendable {
    let node: Node
    /// Holds the configuration `herald.yaml`, unless that is elsewhere.
    let home: Folder
    let manifests: Folder
    let state: Folder
    private let process = Mutex<ChildProcess?>(nil)
    private let earlierLog = Mutex("")

    /// Debug builds start slowly on a busy machine.
    static let patience = Duration.seconds(10)

    init(on node: Node, in lab: Lab, _ settings: Settings = Settings()) throws {
        self.node = node
        home = try Folder("\(lab.folder)/\(node.name)")
        manifests = try Folder(home.path(of: "services"))
        state = try Folder(home.path(of: "state"))
        try configure(settings)
        LatestHerald.set(self)
    }

    // MARK: - The process

    /// Starts herald and waits until it answers.
    func start(configuration: String = "herald.yaml", named name: String? = nil, logTo file: String? = nil) throws {
        try launch(configuration: configuration, named: name, logTo: file)
        try eventually("herald answers", within: Self.patience, every: .milliseconds(5)) {
            try !running.isRunning || home.exists("herald.sock")
        }
        try eventually("herald answers", within: Self.patience, every: .milliseconds(20)) {
            try !running.isRunning || run("status").isSuccess
        }
        guard try running.isRunning else { throw HeraldEnded(log: log) }
    }

    /// Starts herald and returns at once. Its log goes to this process, or to the file.
    func launch(configuration: String = "herald.yaml", named name: String? = nil, logTo file: String? = nil) throws {
        let former = process.withLock { $0 }
        earlierLog.withLock { $0 += former?.errors ?? "" }
        var command = [
            try Self.program(), "run", "--config", home.path(of: configuration), "--node-name", name ?? node.name,
        ]
        if let file { command = ["/bin/sh", "-c", #"log=$0; exec "$@" 2>"$log""#, file] + command }
        let started = try node.start(command, environment: Self.environment, log: home.path(of: "log"))
        process.withLock { $0 = started }
    }

    /// The process started last.
    var running: ChildProcess {
        get throws {
            guard let process = process.withLock({ $0 }) else { throw LabError.badTopology("herald was not started") }
            return process
        }
    }

    /// Kills it as a crash would, and returns when it is gone.
    @discardableResult
    func crash() throws -> MonotonicTime {
        let time = try running.kill9()
        try running.wait(timeout: .seconds(5))
        return time
    }

    /// Everything logged, by earlier processes too.
    var log: String { earlierLog.withLock { $0 } + (process.withLock { $0 }?.errors ?? "") }

    /// Runs a subcommand; those that talk to a running herald find this one.
    func run(_ command: String, _ arguments: String...) throws -> Output {
        let socket =
            ["status", "explain", "drain", "undrain", "rebalance"].contains(command)
            ? ["--socket", home.path(of: "herald.sock")] : []
        return try node.run([try Self.program(), command] + socket + arguments, environment: Self.environment)
    }

    // MARK: - Its files

    func configure(_ settings: Settings) throws {
        try home.write(text(of: settings), as: "herald.yaml")
    }

    func text(of settings: Settings) -> String {
        settings.text(manifests: manifests.path, stateDirectory: state.path, socket: home.path(of: "herald.sock"))
    }

    /// Writes each to a file of its own.
    func apply(_ services: Manifest...) throws {
        for service in services { try manifests.write(service.text, as: "\(service.name).yaml") }
    }

    func delete(_ name: String) throws {
        try manifests.remove("\(name).yaml")
    }

    /// The record and status of a Service of the namespace `default`; throws while there is no file.
    func stateFile(_ name: String) throws -> StateFile {
        try StateFile(json: try state.read(Self.stateName(name)))
    }

    static func stateName(_ name: String) -> String { "services/default/\(name).json" }

    // MARK: - What it says

    func status() throws -> StatusDocument {
        let output = try run("status", "--json")
        guard output.isSuccess else { throw LabError.commandFailed(["herald", "status"], output) }
        return try JSONDecoder().decode(StatusDocument.self, from: Data(output.standardOutput))
    }

    /// A Service as `herald status` shows it.
    func service(_ name: String) throws -> StatusDocument.Service? {
        try status().services.first { $0.name == name }
    }

    /// Waits until the status file says that the Service has its addresses in effect, these if any are given.
    @discardableResult
    func waitUntilAnnounced(_ name: String, at addresses: IPAddress...) throws -> [IPAddress] {
        let wanted = addresses.map(\.description)
        let file = try eventually("Service \(name) is announced", within: Self.patience) {
            try stateFile(name)
        } until: {
            $0.isAnnounced && (wanted.isEmpty || $0.ingress == wanted)
        }.value
        return file.ingress.compactMap { IPAddress($0) }
    }

    /// Waits until `herald status` shows the Service with this reason, and returns it.
    @discardableResult
    func waitForReason(_ reason: String, of name: String) throws -> StatusDocument.Service? {
        try eventually("Service \(name) has reason \(reason)", within: Self.patience, every: .milliseconds(20)) {
            try service(name)
        } until: {
            $0?.reason == reason
        }.value
    }

    /// Waits until the log has the text.
    func waitForLog(_ text: String) throws {
        try eventually("'\(text)' is logged", within: Self.patience) { log.contains(text) }
    }

    // MARK: - The program

    /// A crash should end it, and not wait for a debugger.
    private static let environment = ["SWIFT_BACKTRACE": "enable=no"]

    /// Next to the tests, where the package builds it; `HERALD_PROGRAM` names another.
    static func program() throws -> String {
        if let named = unsafe getenv("HERALD_PROGRAM") { return unsafe String(cString: named) }
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/herald"
    }
}

/// herald ended though it should run.
struct HeraldEnded: Error, CustomStringConvertible {
    let log: String
    var description: String { "herald ended: \(log)" }
}
