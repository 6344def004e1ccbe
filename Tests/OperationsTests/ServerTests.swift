import Glibc
import NIOCore
import Testing

@testable import Operations

@Suite("Operations server", .serialized)
struct ServerTests {
    private func withServer(_ body: (RawClient) async throws -> Void) async throws {
        try await RunningServer.with { server in try await body(server.client) }
    }

    private func status(_ answer: String) -> String {
        String(answer.prefix { $0 != "\r\n" })
    }

    @Test("a GET is answered once, and the connection closed")
    func get() async throws {
        try await withServer { client in
            let answer = try await client.exchange("GET /echo?verbose=1&x HTTP/1.1\r\nHost: localhost\r\n\r\nGET /echo")
            #expect(status(answer) == "HTTP/1.1 200 OK")
            #expect(answer.contains("connection: close\r\n"))
            #expect(answer.contains("content-security-policy: default-src 'none'"))
            #expect(answer.hasSuffix("\r\n\r\n/echo|verbose=1&x\n"))
            let big = try await client.exchange("GET /big HTTP/1.1\r\n\r\n")
            #expect(big.utf8.count > 1 << 20)
        }
    }

    @Test("nothing but GET is answered", arguments: ["POST", "PUT", "DELETE", "HEAD", "OPTIONS", "CONNECT", "TRACE"])
    func methods(method: String) async throws {
        try await withServer { client in
            let answer = try await client.exchange("\(method) /echo HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(answer.isEmpty || status(answer) == "HTTP/1.1 405 Method Not Allowed" || answer.contains(" 400 "))
            #expect(!answer.contains("/echo|"))
        }
    }

    @Test("a request larger than any of ours is cut off, in its target, in a header, in many, or in a body")
    func oversized() async throws {
        try await withServer { client in
            let long = String(repeating: "a", count: ConnectionBounds.plainOctets)
            for request in [
                "GET /echo?\(long) HTTP/1.1\r\n\r\n", "GET /echo HTTP/1.1\r\nX: \(long)\r\n\r\n",
                "GET /echo HTTP/1.1\r\n" + String(repeating: "X: a\r\n", count: 4_000) + "\r\n",
            ] {
                let refusal = try await client.exchange(request)
                #expect(!refusal.contains("200 OK"), "\(request.prefix(40))")
            }
            let answer = try await client.exchange("GET /echo HTTP/1.1\r\n\r\n")
            #expect(answer.contains("200 OK"))
        }
    }

    @Test(
        "what is no HTTP harms nothing", arguments: ["\0\0\0\0", "GET", "\r\n\r\n\r\n", "GET /echo HTTP/9.9\r\n\r\n"])
    func garbage(text: String) async throws {
        try await withServer { client in
            await withTaskGroup { group in
                group.addTask { _ = try? await client.exchange(text) }
                group.addTask { try? await Task.sleep(for: .milliseconds(200)) }
                await group.next()
                group.cancelAll()
            }
            let answer = try await client.exchange("GET /echo HTTP/1.1\r\n\r\n")
            #expect(answer.contains("200 OK"))
        }
    }

    @Test("a slow reader gets the whole of a large answer")
    func slowReader() async throws {
        try await withServer { client in
            let answer = try await client.exchange("GET /large HTTP/1.1\r\n\r\n", pause: .milliseconds(20))
            #expect(answer.utf8.count > 6 << 20)
        }
    }

    @Test("who reads nothing holds a place no longer than anyone else")
    func stuckReader() async throws {
        try await withServer { client in
            let clock = ContinuousClock()
            let start = clock.now
            // A pause longer than the connection may live; what is left of the answer is lost.
            _ = try? await client.exchange("GET /huge HTTP/1.1\r\n\r\n", pause: .seconds(12))
            #expect(clock.now - start < .seconds(30))
            let answer = try await client.exchange("GET /echo HTTP/1.1\r\n\r\n")
            #expect(answer.contains("200 OK"))
        }
    }

    @Test("the control socket is its owner's alone", .enabled(if: geteuid() == 0))
    func socketOwner() async throws {
        try await RunningServer.with { server in
            let path = "\(server.directory)/sock"
            var information = stat()
            #expect(unsafe stat(path, &information) == 0)
            #expect(information.st_mode & 0o777 == 0o600)
            let curl = ["curl", "-sS", "--max-time", "5", "--unix-socket", path, "http://localhost/echo"]
            let own = try await server.run("env", curl)
            #expect(own == (0, "/echo|\n"), "\(own)")
            let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
            let refused = try await server.run("setpriv", nobody + curl)
            #expect(refused.0 == 7, "\(refused.1)")
        }
    }

    @Test("what a request says gets into no header of the answer")
    func injection() async throws {
        try await withServer { client in
            let answer = try await client.exchange(
                "GET /echo?a%0d%0aset-cookie:%20x=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(answer.contains("a%0d%0aset-cookie"))
            #expect(!answer.lowercased().contains("\nset-cookie"))
        }
    }

    @Test("connections that say nothing hold their places for a while only, and never more than there are")
    func slow() async throws {
        try await withServer { client in
            try await withThrowingTaskGroup { group in
                for _ in 0..<(OperationsServer.connectionLimit + 8) {
                    group.addTask { try? await client.exchange("GET /echo HTT") }
                }
                // Those without a place are closed at once.
                for _ in 0..<8 { _ = try await group.next() }
                let clock = ContinuousClock()
                let start = clock.now
                for try await _ in group {}
                #expect(clock.now - start < .nanoseconds(OperationsServer.connectionTimeout.nanoseconds) + .seconds(5))
            }
            let answer = try await client.exchange("GET /echo HTTP/1.1\r\n\r\n")
            #expect(answer.contains("200 OK"))
        }
    }

    @Test("while a few large answers are being read others are put off, but no probe")
    func largeAnswers() async throws {
        try await withServer { client in
            func ask(_ path: String) async throws -> String {
                try await status(client.exchange("GET \(path) HTTP/1.1\r\n\r\n"))
            }
            try await withThrowingTaskGroup { group in
                for _ in 0..<OperationsServer.largeAnswerLimit {
                    group.addTask { _ = try? await client.exchange("GET /huge HTTP/1.1\r\n\r\n", pause: .seconds(8)) }
                }
                try await Task.sleep(for: .seconds(1))
                let answer = try await client.exchange("GET /big HTTP/1.1\r\n\r\n")
                #expect(status(answer) == "HTTP/1.1 503 Service Unavailable")
                #expect(answer.contains("retry-after: 2\r\n"))
                for path in ["/livez", "/readyz", "/metrics"] { #expect(try await ask(path) == "HTTP/1.1 200 OK") }
                group.cancelAll()
            }
            // Those who left have given their places back.
            var last = ""
            for _ in 0..<100 where last != "HTTP/1.1 200 OK" {
                last = try await ask("/big")
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(last == "HTTP/1.1 200 OK")
        }
    }

    @Test(
        "the host itself has places of its own: on the loopback, on the socket, and from the address that it asks",
        arguments: [
            ("127.0.0.1", "127.0.0.1", true), ("::1", "::1", true), ("::ffff:127.0.0.1", "::ffff:127.0.0.1", true),
            ("192.0.2.1", "192.0.2.1", true), ("fd00::1", "fd00::1", true), ("::ffff:192.0.2.1", "192.0.2.1", true),
            (nil, nil, true), ("192.0.2.2", "192.0.2.1", false), ("fd00::2", "fd00::1", false),
            ("::ffff:192.0.2.2", "::ffff:192.0.2.1", false), ("192.0.2.2", "127.0.0.1", false),
            ("192.0.2.2", nil, false),
        ] as [(String?, String?, Bool)])
    func host(peer: String?, asked: String?, isHost: Bool) {
        #expect(IncomingConnection.isHost(peer, asking: asked) == isHost)
    }

    @Test("connections that come in while the server ends are let go of, and harm nothing")
    func ending() async {
        // In a process of its own, which may not outlive it.
        await #expect(processExitsWith: .success) {
            try await RunningServer.with { server in
                // The server cannot end before this answer does.
                Task { _ = try? await server.client.exchange("GET /huge HTTP/1.1\r\n\r\n", pause: .seconds(3)) }
                try await Task.sleep(for: .milliseconds(200))
                for _ in 0..<64 { Task { _ = try? await server.client.exchange("GET /echo HTT") } }
                try await Task.sleep(for: .milliseconds(100))
                // It is told to end while these come in.
                Task {
                    for _ in 0..<20 {
                        _ = server.isListening
                        try? await Task.sleep(for: .milliseconds(10))
                    }
                }
            }
        }
    }

    @Test(
        "a loopback listener is asked by names of the loopback only",
        arguments: [
            (nil, true), ("localhost", true), ("LOCALHOST:9817", true), ("127.0.0.1:9817", true), ("[::1]:9817", true),
            ("127.9.9.9", true), ("evil.example", false), ("127.0.0.1.evil.example", false), ("10.0.0.1", false),
            ("[::1].evil", false), ("[::1]:x", false),
        ] as [(String?, Bool)])
    func hosts(host: String?, isAdmitted: Bool) {
        #expect(HostCheck.admits(host) == isAdmitted)
    }

    @Test("another Host gets no answer")
    func rebinding() async throws {
        try await withServer { client in
            let answer = try await client.exchange("GET /echo HTTP/1.1\r\nHost: evil.example\r\n\r\n")
            #expect(answer.contains(" 421 "))
            #expect(!answer.contains("/echo|"))
        }
    }
}
