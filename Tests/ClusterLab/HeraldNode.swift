import Foundation
package import Lab
import NetworkTypes
import Synchronization

/// herald on a node of a lab, with a configuration of its own.
package final class HeraldNode: Sendable {
    package let node: Node
    /// Of the Node object.
    package let name: String
    /// Holds the configuration and the log.
    package let home: Folder
    package let state: Folder
    private let kubeconfig: String
    private let process = Mutex<ChildProcess?>(nil)
    private let earlierLog = Mutex("")
    private let launch = Mutex(HeraldLaunch())

    package init(on node: Node, in lab: Lab, _ settings: Settings, kubeconfig: String) throws {
        self.node = node
        self.kubeconfig = kubeconfig
        name = "\(node.name)-\(UUID().uuidString.prefix(6).lowercased())"
        home = try Folder("\(lab.folder)/\(node.name)")
        state = try Folder(home.path(of: "state"))
        try configure(settings)
        LatestHeralds.add(self)
    }

    package func configure(_ settings: Settings) throws {
        let text = settings.text(
            kubeconfig: kubeconfig, stateDirectory: state.path, socket: home.path(of: "herald.sock"))
        try home.write(text, as: "herald.yaml")
    }

    /// Starts herald, and returns at once.
    package func start() throws {
        let former = process.withLock { $0 }
        earlierLog.withLock { $0 += former?.errors ?? "" }
        let launch = launch.withLock { $0 }
        let command = [
            try launch.program ?? Built.program("herald"), "run", "--config", home.path(of: "herald.yaml"),
            "--node-name", name,
            "--kubeconfig", kubeconfig,
        ]
        let started = try node.start(
            command, environment: ["SWIFT_BACKTRACE": "enable=no"].merging(launch.environment) { $1 },
            log: home.path(of: "log"))
        process.withLock { $0 = started }
    }

    /// As `launchNext` was told last.
    package var launched: HeraldLaunch { launch.withLock { $0 } }

    /// What the next start runs, and in which environment.
    package func launchNext(_ launch: HeraldLaunch) {
        self.launch.withLock { $0 = launch }
    }

    package var running: ChildProcess {
        get throws {
            guard let process = process.withLock({ $0 }) else { throw LabError.badTopology("herald was not started") }
            return process
        }
    }

    package var isRunning: Bool { process.withLock { $0 }?.isRunning ?? false }

    /// SIGTERM; returns when it has ended.
    package func stop() throws {
        try running.end(grace: .seconds(10))
    }

    /// SIGKILL; returns when it has ended.
    package func crash() throws {
        try running.kill9()
        try running.wait(timeout: .seconds(5))
    }

    /// Everything logged, by earlier processes too.
    package var log: String { earlierLog.withLock { $0 } + (process.withLock { $0 }?.errors ?? "") }
}

/// Which herald a node runs, and how.
package struct HeraldLaunch: Sendable {
    /// Nil: the one that was built with the tests.
    package var program: String?
    /// Added to that of the tests.
    package var environment: [String: String]

    package init(program: String? = nil, environment: [String: String] = [:]) {
        self.program = program
        self.environment = environment
    }
}

/// The heralds that the test at hand is about; there is one test at a time.
package enum LatestHeralds {
    private static let current = Mutex<[HeraldNode]>([])

    package static func add(_ herald: HeraldNode) {
        current.withLock { $0.append(herald) }
    }

    /// Forgotten when the next cluster is made, since an error is told when the test's own scope has ended.
    package static func clear() {
        current.withLock { $0 = [] }
    }

    package static var logTail: String? {
        let tails = current.withLock { $0 }.map { herald in
            let lines = herald.log.split(separator: "\n").suffix(40)
            return "\(herald.name)'s log:\n\(lines.joined(separator: "\n"))"
        }
        return tails.isEmpty ? nil : tails.joined(separator: "\n")
    }
}
