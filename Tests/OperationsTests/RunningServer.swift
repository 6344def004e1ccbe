import FoundationEssentials
import Glibc
import Logging
import NetworkTypes
import ServiceLifecycle
import Spawning
import Testing

@testable import Operations

/// A server on a free port of the loopback, for as long as a test takes.
struct RunningServer {
    let port: Int
    /// A folder of the test's own.
    let directory: String

    var client: RawClient { RawClient(port: port) }

    /// `protect` makes what keeps the port, of files that it may write to the folder.
    static func with(
        protect: (_ directory: String) throws -> Protection? = { _ in nil },
        _ body: (RunningServer) async throws -> Void
    ) async throws {
        let port = try freePort()
        // Two tests may have the same port one after the other.
        let name = "herald-operations-\(port)-\(UInt32.random(in: 0 ... .max))"
        let directory = FileManager.default.temporaryDirectory.path() + "/" + name
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let server = OperationsServer(
            socketPath: "\(directory)/sock",
            port: .init(address: try #require(IPAddress("127.0.0.1")), number: UInt16(port)),
            protection: try protect(directory), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        ) { request in
            switch request.path {
            case "/echo", "/livez", "/readyz", "/metrics": .text("\(request.path)|\(request.query)")
            case "/big": .text(String(repeating: "x", count: 1 << 20))
            case "/large": .text(String(repeating: "x", count: 6 << 20))
            case "/huge": .text(String(repeating: "x", count: 32 << 20))
            default: nil
            }
        }
        let running = RunningServer(port: port, directory: directory)
        try await withThrowingTaskGroup { group in
            group.addTask { try await server.run() }
            var tries = 0
            while !running.isListening, tries < 200 {
                tries += 1
                try await Task.sleep(for: .milliseconds(10))
            }
            try await body(running)
            group.cancelAll()
        }
    }

    /// Runs a program without blocking a thread that the server needs; its exit status and what it printed.
    func run(_ program: String, _ arguments: [String]) async throws -> (Int32, String) {
        let log = "\(directory)/log-\(UInt32.random(in: 0 ... .max))"
        let program = try Program(program, arguments, log: log)
        while program.isRunning { try await Task.sleep(for: .milliseconds(10)) }
        return (program.wait(), String(decoding: try Data(contentsOf: URL(filePath: log)), as: UTF8.self))
    }

    /// Whether the port takes connections.
    var isListening: Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        return unsafe Self.withAddress(port) { unsafe connect(descriptor, $0, $1) == 0 }
    }

    private static func withAddress(
        _ port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Bool
    ) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        let isBound = unsafe withAddress(0) { unsafe bind(descriptor, $0, $1) == 0 }
        try #require(isBound)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe getsockname(descriptor, $0, &length) == 0
            }
        }
        try #require(isKnown)
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
