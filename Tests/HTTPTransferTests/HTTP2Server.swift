import Foundation
import HTTPTransfer
import ScriptedHTTP
import Spawning
import Synchronization

/// An `nghttpd` with a fresh certificate for `localhost`, ended with the last reference.
final class HTTP2Server: Sendable {
    struct NotStarted: Error {}

    static let isAvailable = ["/usr/sbin/nghttpd", "/usr/bin/openssl"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    let endpoint: HTTPEndpoint
    private let directory: String
    private let process: Program

    static func start() async throws -> HTTP2Server {
        for _ in 0..<5 {
            let server = try HTTP2Server(port: .random(in: 20_000..<30_000))
            if await eventually({ server.isListening || !server.process.isRunning }), server.process.isRunning {
                return server
            }
        }
        throw NotStarted()
    }

    private init(port: UInt16) throws {
        directory = FileManager.default.temporaryDirectory.path + "/herald-h2-\(UUID().uuidString)"
        let root = directory + "/root"
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
        try Data("small".utf8).write(to: URL(fileURLWithPath: root + "/small"))
        try Data(repeating: 65, count: 1 << 20).write(to: URL(fileURLWithPath: root + "/large"))
        let certificate = directory + "/certificate.pem"
        let key = directory + "/key.pem"
        try Program.run(
            "/usr/bin/openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
                "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                certificate,
            ], log: directory + "/openssl.log")
        process = try Program(
            "/usr/sbin/nghttpd", ["-v", "-d", root, "-a", "127.0.0.1", "\(port)", key, certificate],
            log: directory + "/nghttpd.log")
        var endpoint = HTTPEndpoint(scheme: .https, host: "localhost", port: port)
        endpoint.tls.authorities = [UInt8](try Data(contentsOf: URL(fileURLWithPath: certificate)))
        self.endpoint = endpoint
    }

    deinit {
        kill(process.pid, SIGKILL)
        process.wait()
        try? FileManager.default.removeItem(atPath: directory)
    }

    private var log: String { (try? String(contentsOfFile: directory + "/nghttpd.log", encoding: .utf8)) ?? "" }
    private var isListening: Bool { log.contains("listen") }

    /// TLS handshakes that agreed on HTTP/2.
    var connectionCount: Int { log.components(separatedBy: "The negotiated protocol").count - 1 }

    func signal(_ number: Int32) {
        kill(process.pid, number)
    }
}
