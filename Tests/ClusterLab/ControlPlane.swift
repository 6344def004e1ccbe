package import APIServer
import Foundation
package import HTTPTransfer
package import Spawning
import Synchronization

/// The API server of the suite: the one for tests, or a real kube-apiserver with etcd when `KUBEBUILDER_ASSETS` names a
/// folder that has them, as controller-runtime's envtest has it. Both listen on loopback.
package final class ControlPlane: Sendable {
    package struct NotStarted: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) {
            self.description = description
        }
    }

    /// With the certificate authority.
    package let endpoint: HTTPEndpoint
    /// Of one who may do everything.
    package let token: String
    package let authorityFile: String
    /// Where the server for tests takes commands; nil for a real one.
    package let commands: HTTPEndpoint?
    package let transfer: HTTPTransfer
    private let programs: [Program]
    private let folder: String

    /// Whether the suite runs against a real server.
    package static var isReal: Bool { assets != nil }

    package static var assets: String? {
        let folder = ProcessInfo.processInfo.environment["KUBEBUILDER_ASSETS"] ?? ""
        return folder.isEmpty ? nil : folder
    }

    package init(
        folder: String, port: UInt16, token: String, authorityFile: String, commands: HTTPEndpoint?,
        programs: [Program]
    ) throws {
        var endpoint = HTTPEndpoint(scheme: .https, host: "localhost", port: port)
        endpoint.tls.authorities = Array(try Data(contentsOf: URL(fileURLWithPath: authorityFile)))
        self.endpoint = endpoint
        self.folder = folder
        self.token = token
        self.authorityFile = authorityFile
        self.commands = commands
        self.programs = programs
        transfer = try HTTPTransfer.start()
    }

    /// One for all tests of the process, since a real one takes seconds to start.
    package static func shared() async throws -> ControlPlane { try await sharing.value }

    private static let sharing = Task { () -> ControlPlane in
        let plane = isReal ? try await startReal() : try await startOwn()
        try await plane.prepare()
        running.withLock { $0 = plane }
        // In good order where that is possible; a crash leaves it to the kernel.
        atexit { ControlPlane.running.withLock { $0 }?.stop() }
        return plane
    }

    private static let running = Mutex<ControlPlane?>(nil)

    package static func makeFolder() throws -> String {
        let folder = FileManager.default.temporaryDirectory.path + "/herald-e2e-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        return folder
    }

    /// Started so that it goes with this process, however that ends.
    package static func start(_ program: String, _ arguments: [String], log: String) async throws -> Program {
        try await withCheckedThrowingContinuation { continuation in
            // The signal is sent when the thread that started the program ends, so this one never does.
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        try Program("setpriv", ["--pdeathsig", "KILL", "--", program] + arguments, log: log)
                    })
                while true { pause() }
            }
        }
    }

    private static func startOwn() async throws -> ControlPlane {
        let folder = try makeFolder()
        let log = "\(folder)/log"
        let program = try await start(try Built.program("test-apiserver"), ["--directory", folder, "--log"], log: log)
        let url = try await eventually("the API server for tests says where it is", within: .seconds(20)) {
            guard program.isRunning else {
                throw NotStarted(description: try String(contentsOfFile: log, encoding: .utf8))
            }
            return try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").first {
                $0.hasPrefix("https:")
            }
        }
        let token = UUID().uuidString
        let plane = try ControlPlane(
            folder: folder, port: try HTTPEndpoint(String(url)).port, token: token,
            authorityFile: "\(folder)/ca.crt", commands: HTTPEndpoint(unixSocketPath: "\(folder)/admin.sock"),
            programs: [program])
        try await plane.command("token", ["token": .string(token), "user": "system:admin"])
        return plane
    }

    /// Orders something of the server for tests.
    @discardableResult
    package func command(_ name: String, _ body: JSON = .empty) async throws -> JSON {
        guard let commands else { throw NotStarted(description: "a real API server takes no commands") }
        let request = HTTPRequest(.post, commands, "/herald-test/\(name)", body: body.octets)
        let octets = try await transfer.send(request).body.collect(upTo: 1 << 20)
        return try JSONReader.read(octets)
    }

    /// Ends the programs.
    package func stop() {
        for program in programs.reversed() {
            kill(program.pid, SIGTERM)
            program.wait()
        }
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// Programs that the package builds next to the tests.
package enum Built {
    /// The variable of the environment names another: `HERALD_PROGRAM` for herald.
    package static func program(_ name: String) throws -> String {
        let variable = name == "herald" ? "HERALD_PROGRAM" : "TEST_APISERVER"
        if let named = ProcessInfo.processInfo.environment[variable] { return named }
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }
}

/// Waits for a value without blocking a thread. What is thrown counts as "not yet".
@discardableResult
package func eventually<Value>(
    _ what: String, within limit: Duration = .seconds(10), every pause: Duration = .milliseconds(10),
    _ look: () async throws -> Value?
) async throws -> Value {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    var last = "nothing"
    while true {
        let isLast = clock.now >= deadline
        do {
            if let value = try await look() { return value }
        } catch { last = "\(error)" }
        guard !isLast else { throw WaitedInVain(what: what, limit: limit, last: last) }
        try await Task.sleep(for: pause)
    }
}

package struct WaitedInVain: Error, CustomStringConvertible {
    package let what: String
    package let limit: Duration
    package let last: String
    package var description: String { "waited \(limit) in vain until \(what); last seen: \(last)" }
}
