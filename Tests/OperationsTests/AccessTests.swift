import FoundationEssentials
import Glibc
import Logging
import Testing

@testable import Operations

@Suite("Token", .serialized)
struct AccessTests {
    private static let token = "0123456789abcdef0123456789abcdef"

    private func write(_ text: String, to file: String, mode: mode_t = 0o600) throws {
        try Data(text.utf8).write(to: URL(filePath: file), options: .atomic)
        unsafe _ = chmod(file, mode)
    }

    private func withServer(_ body: (RunningServer) async throws -> Void) async throws {
        try await RunningServer.with { directory in
            try write(Self.token + "\n", to: "\(directory)/token")
            return Protection(
                certificate: nil, tokenFile: "\(directory)/token",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        } _: {
            try await body($0)
        }
    }

    private func get(_ server: RunningServer, _ target: String, _ headers: String = "") async throws -> Int? {
        let answer = try await server.client.exchange("GET \(target) HTTP/1.1\r\n\(headers)\r\n")
        return answer.split(separator: " ").dropFirst().first.flatMap { Int($0) }
    }

    @Test("who has the token is answered, as Bearer or as the password of Basic")
    func admitted() async throws {
        try await withServer { server in
            let basic = Data("anyone:\(Self.token)".utf8).base64EncodedString()
            for header in ["Bearer \(Self.token)", "bearer \(Self.token)", "Basic \(basic)"] {
                let status = try await get(server, "/echo", "Authorization: \(header)\r\n")
                #expect(status == 200, "\(header)")
            }
        }
    }

    @Test("who has not is answered on the probes' paths alone, and without their details")
    func refused() async throws {
        try await withServer { server in
            let basic = Data("\(Self.token):".utf8).base64EncodedString()
            let headers =
                [
                    "", "Bearer", "Bearer ", "Bearer x", "Bearer \(Self.token)x", "Bearer \(Self.token.dropLast())",
                    "Bearer \(Self.token.uppercased())", Self.token, "Token \(Self.token)", "Basic \(Self.token)",
                    "Basic \(basic)", "Basic ====", "Bearer a \(Self.token)",
                ].map { "Authorization: \($0)\r\n" } + [
                    "", "Authorization: Bearer x\r\nAuthorization: Bearer \(Self.token)\r\n",
                ]
            for header in headers {
                #expect(try await get(server, "/echo", header) == 401, "\(header)")
                #expect(try await get(server, "/readyz?verbose", header) == 401, "\(header)")
                #expect(try await get(server, "/no-such-path", header) == 401, "\(header)")
            }
            for path in ["/livez", "/readyz"] { #expect(try await get(server, path) == 200) }
            let answer = try await server.client.exchange("GET /echo HTTP/1.1\r\n\r\n")
            #expect(answer.contains("www-authenticate: Bearer realm=\"herald\"\r\n"))
            #expect(!answer.contains(Self.token))
        }
    }

    @Test("a token that changes holds from the next request; one that is none changes nothing")
    func rotation() async throws {
        try await withServer { server in
            let file = "\(server.directory)/token"
            let old = "Authorization: Bearer \(Self.token)\r\n"
            let next = String(Self.token.reversed())
            let new = "Authorization: Bearer \(next)\r\n"
            #expect(try await get(server, "/echo", old) == 200)
            for broken in ["short\n", "two\nlines of many characters\n", "with a blank in its middle", ""] {
                try write(broken, to: file)
                #expect(try await get(server, "/echo", old) == 200)
            }
            try write(next, to: file, mode: 0o644)
            #expect(try await get(server, "/echo", old) == 200)
            unsafe _ = chmod(file, 0o600)
            #expect(try await get(server, "/echo", old) == 401)
            #expect(try await get(server, "/echo", new) == 200)
            unsafe _ = unlink(file)
            #expect(try await get(server, "/echo", new) == 200)
        }
    }

    @Test("without a token that can be used nobody is served")
    func missing() async throws {
        try await RunningServer.with { directory in
            Protection(
                certificate: nil, tokenFile: "\(directory)/none",
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        } _: { server in
            #expect(!server.isListening)
        }
    }
}
