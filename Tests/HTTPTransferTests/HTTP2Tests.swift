import Glibc
import HTTPTransfer
import ScriptedHTTP
import Testing

/// Against `nghttpd` (package nghttp2-server) and a certificate made by `openssl`, where both are there.
@Suite("HTTP/2 over TLS", .enabled(if: HTTP2Server.isAvailable), .timeLimit(.minutes(1)))
struct HTTP2Tests {
    let http: HTTPTransfer

    init() throws {
        http = try HTTPTransfer.start()
    }

    @Test("a hundred requests at once share a connection, trusted by the authority given")
    func multiplexed() async throws {
        let server = try await HTTP2Server.start()
        let http = http
        let body = try await http.send(HTTPRequest(.get, server.endpoint, "/large")).body.collect(upTo: 1 << 21)
        #expect(body.count == 1 << 20)
        try await withThrowingTaskGroup(of: HTTPResponse.self) { group in
            for _ in 0..<100 {
                group.addTask { try await http.send(HTTPRequest(.get, server.endpoint, "/small")) }
            }
            for try await response in group {
                #expect(try await response.body.collect(upTo: 10) == Array("small".utf8))
            }
        }
        #expect(server.connectionCount == 1)
        #expect(await eventually { http.liveTransfers == 0 })
    }

    @Test("an unread body does not keep others from being answered when it is dropped")
    func droppedStream() async throws {
        let server = try await HTTP2Server.start()
        for _ in 0..<5 {
            let response = try await http.send(HTTPRequest(.get, server.endpoint, "/large"))
            #expect(response.status == 200)
        }
        #expect(await eventually { http.liveTransfers == 0 })
        let small = try await http.send(HTTPRequest(.get, server.endpoint, "/small"))
        #expect(try await small.body.collect(upTo: 10).count == 5)
    }

    @Test("a certificate that nobody vouches for is refused")
    func untrusted() async throws {
        let server = try await HTTP2Server.start()
        var endpoint = server.endpoint
        endpoint.tls.authorities = nil
        let error = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, endpoint, "/small"))
        }
        #expect(error?.kind == .tls)
        endpoint.tls.isVerified = false
        #expect(try await http.send(HTTPRequest(.get, endpoint, "/small")).status == 200)
    }

    @Test("the certificate must be for the host, or for the name given instead")
    func serverName() async throws {
        let server = try await HTTP2Server.start()
        var endpoint = server.endpoint
        endpoint.host = "127.0.0.1"
        let error = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, endpoint, "/small"))
        }
        #expect(error?.kind == .tls)
        endpoint.tls.serverName = "localhost"
        #expect(try await http.send(HTTPRequest(.get, endpoint, "/small")).status == 200)
    }

    @Test("what a proxy says about the way to the server is not the server's answer")
    func proxy() async throws {
        let server = try await HTTP2Server.start()
        let port = server.endpoint.port
        let tunnels = Counter()
        let proxy = try ScriptedServer { connection in
            guard connection.readHead()?.hasPrefix("CONNECT localhost:\(port) ") == true else { return }
            tunnels.add(1)
            connection.write("HTTP/1.1 200 Connection established\r\nX-Proxy: 1\r\n\r\n")
            connection.relay(to: port)
        }
        var endpoint = server.endpoint
        endpoint.proxy = "http://127.0.0.1:\(proxy.endpoint.port)"
        let response = try await http.send(HTTPRequest(.get, endpoint, "/absent"))
        #expect(response.status == 404)
        #expect(response.headers["X-Proxy"] == nil)
        #expect(tunnels.value == 1)
        withExtendedLifetime(proxy) {}
    }

    @Test("a proxy that refuses the way is not taken for a server that refuses the request")
    func refusingProxy() async throws {
        let proxy = try ScriptedServer { connection in
            guard connection.readHead() != nil else { return }
            connection.write("HTTP/1.1 409 Conflict\r\nContent-Length: 0\r\n\r\n")
        }
        var endpoint = HTTPEndpoint(scheme: .https, host: "api.invalid", port: 6443)
        endpoint.proxy = "http://127.0.0.1:\(proxy.endpoint.port)"
        let error = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, endpoint, "/small"))
        }
        #expect(error?.kind == .interrupted || error?.kind == .couldNotConnect)
        withExtendedLifetime(proxy) {}
    }

    @Test("a key that is none is told as such, without showing it")
    func badKey() async throws {
        let server = try await HTTP2Server.start()
        var endpoint = server.endpoint
        endpoint.tls.clientCertificate = Array("no certificate".utf8)
        endpoint.tls.clientKey = Array("secret".utf8)
        let error = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, endpoint, "/small"))
        }
        #expect(error?.kind == .tls)
        #expect("\(endpoint.tls) \(error?.description ?? "")".contains("secret") == false)
    }

    @Test("a server that froze is left: silence ends the connection, and its successor is asked anew")
    func frozen() async throws {
        let server = try await HTTP2Server.start()
        _ = try await http.send(HTTPRequest(.get, server.endpoint, "/small")).body.collect(upTo: 10)
        server.signal(SIGSTOP)
        var request = HTTPRequest(.get, server.endpoint, "/small")
        request.limits.silence = .milliseconds(200)
        let error = await #expect(throws: TransferError.self) { try await http.send(request) }
        #expect(error?.kind == .silent)
        server.signal(SIGCONT)
        #expect(try await http.send(HTTPRequest(.get, server.endpoint, "/small")).status == 200)
        #expect(server.connectionCount == 2)
    }
}
