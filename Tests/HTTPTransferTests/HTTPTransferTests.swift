import Glibc
import HTTPTransfer
import ScriptedHTTP
import Testing

@Suite("HTTP over loopback", .timeLimit(.minutes(1)))
struct HTTPTransferTests {
    let http: HTTPTransfer

    init() throws {
        http = try HTTPTransfer.start()
    }

    @Test("head and chunked body arrive, and the connection is used again")
    func chunked() async throws {
        let connections = Counter()
        let server = try ScriptedServer { connection in
            connections.add(1)
            while connection.readHead() != nil {
                connection.write("HTTP/1.1 200 OK\r\nX-Test: a\r\nTransfer-Encoding: chunked\r\n\r\n")
                connection.write("5\r\nhello\r\n1\r\n \r\n5\r\nworld\r\n0\r\nX-Trailer: ignored\r\n\r\n")
            }
        }
        for _ in 0..<3 {
            let response = try await http.send(HTTPRequest(.get, server.endpoint, "/a?b=c"))
            #expect(response.status == 200)
            #expect(response.headers["x-tEst"] == "a")
            #expect(response.headers["X-Trailer"] == nil)
            #expect(try await String(decoding: response.body.collect(upTo: 100), as: UTF8.self) == "hello world")
        }
        #expect(connections.value == 1)
        #expect(await eventually { http.liveTransfers == 0 })
    }

    @Test("requests that are made together do not wait for one that never ends")
    func together() async throws {
        let server = try ScriptedServer { connection in
            while let head = connection.readHead() {
                connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n")
                guard !head.contains("/endless") else { return wait(milliseconds: 3_000) }
                connection.write("0\r\n\r\n")
            }
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for target in ["/endless", "/a", "/b", "/c"] {
                group.addTask {
                    let response = try await http.send(HTTPRequest(.get, server.endpoint, target))
                    guard target != "/endless" else { return }
                    #expect(try await response.body.collect(upTo: 10).count == 2)
                }
            }
            let limit = ContinuousClock.now.advanced(by: .seconds(2))
            try await group.waitForAll()
            #expect(ContinuousClock.now < limit)
        }
    }

    @Test("the request arrives as written, with no header that was not asked for")
    func requestOnTheWire() async throws {
        let server = try ScriptedServer { connection in
            let head = connection.readHead() ?? ""
            let body = String(decoding: connection.read(4) ?? [], as: UTF8.self)
            connection.write("HTTP/1.1 201 Created\r\nConnection: close\r\n\r\n\(head)\(body)")
        }
        var endpoint = server.endpoint
        endpoint.basePath = "/base"
        let request = HTTPRequest(
            .patch, endpoint, "/x/../y?q=%20", headers: ["Content-Type": "a/b", "X-Empty": ""], body: Array("body".utf8)
        )
        let response = try await http.send(request)
        let text = try await String(decoding: response.body.collect(upTo: 1000), as: UTF8.self)
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: true).map(String.init)
        #expect(response.status == 201)
        #expect(lines.first == "PATCH /base/x/../y?q=%20 HTTP/1.1")
        #expect(lines.last == "body")
        #expect(
            Set(lines.dropFirst().dropLast()) == [
                "Host: 127.0.0.1:\(endpoint.port)", "Accept: */*", "Content-Type: a/b", "X-Empty:", "Content-Length: 4",
            ])
    }

    @Test("methods without a body", arguments: [HTTPRequest.Method.get, .head, .post, .put, .delete])
    func withoutBody(method: HTTPRequest.Method) async throws {
        let server = try ScriptedServer { connection in
            let head = connection.readHead() ?? ""
            let line = head.prefix { $0 != "\r\n" }
            connection.write("HTTP/1.1 200 OK\r\nX-Line: \(line)\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        }
        let response = try await http.send(HTTPRequest(method, server.endpoint, "/"))
        #expect(response.headers["X-Line"] == "\(method.rawValue) / HTTP/1.1")
        #expect(try await response.body.collect(upTo: 0) == [])
    }

    @Test("a redirect is an answer like any other")
    func redirect() async throws {
        let server = try ScriptedServer { connection in
            while connection.readHead() != nil {
                connection.write("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")
            }
        }
        #expect(try await http.send(HTTPRequest(.get, server.endpoint, "/")).status == 302)
    }

    /// Answers with the first line of the request.
    private static func echo() throws -> ScriptedServer {
        try ScriptedServer { connection in
            while let head = connection.readHead() {
                let line = head.prefix { $0 != "\r\n" }
                connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(line.utf8.count)\r\n\r\n\(line)")
            }
        }
    }

    @Test("a proxy that is named is asked in the place of the server")
    func proxy() async throws {
        let server = try Self.echo()
        var endpoint = HTTPEndpoint(scheme: .http, host: "api.invalid", port: 6443)
        endpoint.proxy = "http://127.0.0.1:\(server.endpoint.port)"
        let response = try await http.send(HTTPRequest(.get, endpoint, "/a"))
        let line = try await String(decoding: response.body.collect(upTo: 100), as: UTF8.self)
        #expect(line == "GET http://api.invalid:6443/a HTTP/1.1")
    }

    @Test("a proxy of the environment is not asked")
    func noProxy() async throws {
        // In a process of its own: the environment is everyone's.
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "all_proxy", "ALL_PROXY"] { unsafe setenv(name, "http://127.0.0.1:1", 1) }
            let server = try Self.echo()
            let response = try await HTTPTransfer.start().send(HTTPRequest(.get, server.endpoint, "/a"))
            let line = try await String(decoding: response.body.collect(upTo: 100), as: UTF8.self)
            guard line == "GET /a HTTP/1.1" else { exit(1) }
        }
    }

    @Test("interim answers are skipped")
    func interim() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 103 Early Hints\r\nX-A: 1\r\n\r\nHTTP/1.1 204 No Content\r\nX-B: 2\r\n\r\n")
        }
        let response = try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        #expect(response.status == 204)
        #expect(response.headers["X-A"] == nil)
        #expect(response.headers["X-B"] == "2")
    }

    @Test("a Unix domain socket is reached")
    func unixSocket() async throws {
        let server = try ScriptedServer(path: "/tmp/herald-http-\(UInt32.random(in: 0...UInt32.max)).sock") {
            connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        }
        let response = try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        #expect(try await response.body.collect(upTo: 2) == Array("ok".utf8))
    }

    @Test("what arrived before a cut can be read, then the cut is an error")
    func cut() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nFF\r\nand th")
        }
        let response = try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        var received: [UInt8] = []
        let error = await #expect(throws: TransferError.self) {
            for try await chunk in response.body { received += chunk }
        }
        #expect(error?.kind == .interrupted)
        #expect(received == Array("helloand th".utf8))
    }

    @Test("a body shorter than its Content-Length is an error")
    func shortBody() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        }
        let response = try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        let error = await #expect(throws: TransferError.self) { try await response.body.collect(upTo: 100) }
        #expect(error?.kind == .interrupted)
    }

    @Test("a head without end, and one with too many fields, is refused", arguments: [70_000, 400])
    func hugeHead(size: Int) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n")
            if size < 1000 {
                for number in 0..<size { connection.write("X-\(number): a\r\n") }
            } else {
                for number in 0..<(size / 1000) {
                    connection.write("X-\(number): \(String(repeating: "a", count: 1000))\r\n")
                }
            }
            connection.write("\r\n")
            _ = connection.waitForEnd()
        }
        let error = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        }
        #expect(error?.kind == .tooLarge)
        #expect(await eventually { http.liveTransfers == 0 })
    }

    @Test(
        "what is not HTTP is refused", arguments: ["nonsense\r\n\r\n", "HTTP/1.1 99 x\r\n\r\n", "HTTP/9 200\r\n\r\n"])
    func notHTTP(text: String) async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write(text)
        }
        let error = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        }
        #expect(error?.kind == .protocolViolation)
    }

    @Test("nobody listening is told as such")
    func refused() async throws {
        let endpoint = HTTPEndpoint(scheme: .http, host: "127.0.0.1", port: 1)
        let error = await #expect(throws: TransferError.self) { try await http.send(HTTPRequest(.get, endpoint, "/")) }
        #expect(error?.kind == .couldNotConnect)
        #expect(error?.host == "127.0.0.1")
    }

    @Test("no header, target or host can carry a line of its own")
    func injection() async throws {
        let endpoint = HTTPEndpoint(scheme: .http, host: "127.0.0.1", port: 1)
        var badHost = endpoint
        badHost.host = "a\r\nb"
        let requests = [
            HTTPRequest(.get, endpoint, "/a\r\nX: y"), HTTPRequest(.get, endpoint, "/a b"),
            HTTPRequest(.get, endpoint, "a"), HTTPRequest(.get, badHost, "/"),
            HTTPRequest(.get, endpoint, "/", headers: ["A": "b\nc"]),
            HTTPRequest(.get, endpoint, "/", headers: ["A": "b\0c"]),
            HTTPRequest(.get, endpoint, "/", headers: ["A: b\r\nC": "d"]),
            HTTPRequest(.get, HTTPEndpoint(unixSocketPath: "/a\0b"), "/"),
        ]
        for request in requests {
            let error = await #expect(throws: TransferError.self) { try await http.send(request) }
            #expect(error?.kind == .invalidRequest)
        }
    }
}
