import FoundationEssentials
import Glibc
import Logging
import Spawning
import Testing

@testable import Operations

/// `operations.tls`, asked by curl and openssl.
@Suite("TLS", .serialized)
struct TLSTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func certify(_ directory: String, _ name: String, mode: mode_t = 0o600) throws {
        let (key, certificate) = ("\(directory)/\(name).key", "\(directory)/\(name).crt")
        try Program.run(
            "openssl",
            [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate,
            ])
        unsafe _ = chmod(key, mode)
    }

    private static func protection(_ directory: String, token: String? = nil) -> Protection {
        Protection(
            certificate: ("\(directory)/server.crt", "\(directory)/server.key"), tokenFile: token, logger: logger)
    }

    private func withServer(mode: mode_t = 0o600, _ body: (RunningServer) async throws -> Void) async throws {
        try await RunningServer.with { directory in
            try Self.certify(directory, "server", mode: mode)
            return Self.protection(directory)
        } _: {
            try await body($0)
        }
    }

    private func curl(_ server: RunningServer, _ path: String, _ options: [String] = []) async throws -> (Int32, String)
    {
        try await server.run(
            "curl",
            ["-sS", "--max-time", "20", "--cacert", "\(server.directory)/server.crt"] + options
                + ["https://127.0.0.1:\(server.port)\(path)"])
    }

    private func client(_ server: RunningServer, _ options: String, input: String = "") async throws -> (Int32, String)
    {
        let command = "(printf '\(input)'; sleep 1) | openssl s_client -connect 127.0.0.1:\(server.port) \(options)"
        return try await server.run("sh", ["-c", command])
    }

    @Test("curl is answered by TLS 1.2 and 1.3, the whole of a large page too", arguments: ["1.2", "1.3"])
    func versions(version: String) async throws {
        try await withServer { server in
            let options = ["--tlsv\(version)", "--tls-max", version]
            let small = try await curl(server, "/echo?a=b", options)
            #expect(small == (0, "/echo|a=b\n"))
            let (status, text) = try await curl(server, "/big", options)
            #expect(status == 0 && text.utf8.count == 1 << 20 + 1)
            let http2 = try await curl(server, "/echo", options + ["--http2"])
            #expect(http2.1 == "/echo|\n")
        }
    }

    @Test(
        "nothing older than TLS 1.2, and no cipher without forward secrecy",
        arguments: ["-tls1", "-tls1_1", "-tls1_2 -cipher AES128-GCM-SHA256"])
    func old(option: String) async throws {
        try await withServer { server in
            let (status, text) = try await client(
                server, option + (option.contains("cipher") ? "" : " -cipher 'ALL:@SECLEVEL=0'"))
            #expect(status != 0)
            #expect(text.contains("alert"), "\(text)")
            #expect(text.contains("Cipher is (NONE)"), "\(text)")
        }
    }

    @Test("a client cannot negotiate again")
    func renegotiation() async throws {
        try await withServer { server in
            let (_, text) = try await client(server, "-tls1_2", input: "R\\n")
            #expect(text.contains("RENEGOTIATING"), "\(text)")
            #expect(text.contains("no renegotiation") || text.contains("alert"), "\(text)")
        }
    }

    @Test("a certificate that changes is the next connection's; one that does not fit its key changes nothing")
    func rotation() async throws {
        try await withServer { server in
            let directory = server.directory
            try Self.certify(directory, "next")
            let next = ["--cacert", "\(directory)/next.crt"]
            #expect(try await curl(server, "/echo").0 == 0)
            #expect(try await curl(server, "/echo", next).0 != 0)
            // Half of a change: the key is still the old one.
            try FileManager.default.copyItem(atPath: "\(directory)/server.crt", toPath: "\(directory)/old.crt")
            unsafe _ = rename("\(directory)/next.crt", "\(directory)/server.crt")
            #expect(try await curl(server, "/echo", ["--cacert", "\(directory)/old.crt"]).0 == 0)
            unsafe _ = rename("\(directory)/next.key", "\(directory)/server.key")
            #expect(try await curl(server, "/echo").0 == 0)
            #expect(try await curl(server, "/echo", ["--cacert", "\(directory)/old.crt"]).0 != 0)
        }
    }

    @Test("what is no TLS gets no answer and harms nothing")
    func garbage() async throws {
        try await withServer { server in
            let plain = try await server.client.exchange("GET /echo HTTP/1.1\r\n\r\n")
            #expect(!plain.contains("/echo|"))
            for text in ["\0\0\0\0\0\0\0\0", String(repeating: "\u{16}\u{3}\u{1}", count: 20_000)] {
                _ = try? await server.client.exchange(text)
            }
            #expect(try await curl(server, "/echo").0 == 0)
        }
    }

    @Test("a handshake that is begun and left holds its place for ten seconds at most")
    func unfinished() async throws {
        try await withServer { server in
            let clock = ContinuousClock()
            let start = clock.now
            // The beginning of a record of 512 octets.
            _ = try? await server.client.exchange("\u{16}\u{3}\u{1}\u{2}\0\u{1}")
            let took = clock.now - start
            #expect(took > .seconds(8) && took < .seconds(15))
            let (status, _) = try await curl(server, "/echo")
            #expect(status == 0)
        }
    }

    @Test("without a key that others cannot read nobody is served")
    func openKey() async throws {
        try await RunningServer.with { directory in
            try Self.certify(directory, "server", mode: 0o644)
            return Self.protection(directory)
        } _: { server in
            #expect(!server.isListening)
        }
    }
}
