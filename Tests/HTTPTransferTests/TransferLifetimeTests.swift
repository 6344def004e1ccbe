import HTTPTransfer
import ScriptedHTTP
import Testing

/// How transfers end other than by the end of the answer.
@Suite("Transfers that end early", .timeLimit(.minutes(1)))
struct TransferLifetimeTests {
    let http: HTTPTransfer

    init() throws {
        http = try HTTPTransfer.start()
    }

    /// Answers each request with a head and then writes until the client has gone.
    private func endlessServer(written: Counter = Counter(), gone: Counter = Counter()) throws -> ScriptedServer {
        try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write([UInt8](repeating: 65, count: 16_384)) { written.add(16_384) }
            gone.add(1)
        }
    }

    @Test("a slow reader makes the server wait, and gets everything in the end")
    func backPressure() async throws {
        let size = 32 * 1024 * 1024
        let written = Counter()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
            for number in 0..<(size / 16_384) {
                connection.write([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: 16_384))
                written.add(16_384)
            }
            _ = connection.waitForEnd()
        }
        var request = HTTPRequest(.get, server.endpoint, "/")
        request.limits.silence = .milliseconds(300)
        let response = try await http.send(request)
        try await Task.sleep(for: .milliseconds(600))
        // What lies between is the kernel's: socket buffers of a few megabytes.
        #expect(written.value < size / 2)
        var received = 0
        for try await chunk in response.body {
            #expect(chunk.count <= 256 * 1024 + 16_384)
            #expect(chunk.first == UInt8(truncatingIfNeeded: received / 16_384))
            received += chunk.count
        }
        #expect(received == size)
    }

    @Test("collecting stops at the limit and ends the transfer")
    func collectLimit() async throws {
        let gone = Counter()
        let server = try endlessServer(gone: gone)
        let error = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, server.endpoint, "/")).body.collect(upTo: 1000)
        }
        #expect(error?.kind == .tooLarge)
        #expect(await eventually { http.liveTransfers == 0 && gone.value == 1 })
    }

    @Test("dropping the body ends the transfer")
    func dropped() async throws {
        let gone = Counter()
        let server = try endlessServer(gone: gone)
        do {
            let response = try await http.send(HTTPRequest(.get, server.endpoint, "/"))
            #expect(response.status == 200)
        }
        #expect(await eventually { http.liveTransfers == 0 && gone.value == 1 })
    }

    @Test("cancelling a task that waits for the head ends the transfer")
    func cancelledBeforeHead() async throws {
        let arrived = Counter()
        let gone = Counter()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            arrived.add(1)
            if connection.waitForEnd() { gone.add(1) }
        }
        let http = http
        let task = Task { try await http.send(HTTPRequest(.get, server.endpoint, "/")) }
        #expect(await eventually { arrived.value == 1 })
        task.cancel()
        let error = await #expect(throws: TransferError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(await eventually { http.liveTransfers == 0 && gone.value == 1 })
    }

    @Test("cancelling a task that waits for a chunk ends the transfer")
    func cancelledInBody() async throws {
        let arrived = Counter()
        let gone = Counter()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            if connection.waitForEnd() { gone.add(1) }
        }
        let http = http
        let task = Task {
            let response = try await http.send(HTTPRequest(.get, server.endpoint, "/"))
            arrived.add(1)
            for try await _ in response.body {}
        }
        #expect(await eventually { arrived.value == 1 })
        task.cancel()
        let error = await #expect(throws: TransferError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
        #expect(await eventually { http.liveTransfers == 0 && gone.value == 1 })
    }

    @Test("a task that is cancelled already sends nothing")
    func cancelledAtOnce() async throws {
        let http = http
        let endpoint = HTTPEndpoint(scheme: .http, host: "127.0.0.1", port: 1)
        let task = Task {
            try? await Task.sleep(for: .seconds(60))
            return try await http.send(HTTPRequest(.get, endpoint, "/"))
        }
        task.cancel()
        let error = await #expect(throws: TransferError.self) { try await task.value }
        #expect(error?.kind == .cancelled)
    }

    @Test("silence is noticed before and within the body", arguments: [true, false])
    func silence(sendsHead: Bool) async throws {
        let gone = Counter()
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            if sendsHead { connection.write("HTTP/1.1 200 OK\r\n\r\nabc") }
            if connection.waitForEnd() { gone.add(1) }
        }
        var request = HTTPRequest(.get, server.endpoint, "/")
        request.limits = .init(total: nil, silence: .milliseconds(150))
        let start = ContinuousClock.now
        let error = await #expect(throws: TransferError.self) {
            _ = try await http.send(request).body.collect(upTo: 100)
        }
        #expect(error?.kind == .silent)
        #expect(ContinuousClock.now - start >= .milliseconds(150))
        #expect(await eventually { http.liveTransfers == 0 && gone.value == 1 })
    }

    @Test("octets now and then are not silence")
    func slow() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
            for _ in 0..<10 {
                wait(milliseconds: 60)
                connection.write("x")
            }
        }
        var request = HTTPRequest(.get, server.endpoint, "/")
        request.limits = .init(total: nil, silence: .milliseconds(400))
        #expect(try await http.send(request).body.collect(upTo: 100).count == 10)
    }

    @Test("the whole exchange has its limit")
    func total() async throws {
        let server = try ScriptedServer { connection in
            _ = connection.readHead()
            connection.write("HTTP/1.1 200 OK\r\n\r\n")
            while connection.write("x") { wait(milliseconds: 20) }
        }
        var request = HTTPRequest(.get, server.endpoint, "/")
        request.limits = .init(total: .milliseconds(200))
        let error = await #expect(throws: TransferError.self) {
            _ = try await http.send(request).body.collect(upTo: 10_000)
        }
        #expect(error?.kind == .timedOut)
    }

    @Test("shutdown fails what is under way and what comes after")
    func shutdown() async throws {
        let server = try endlessServer()
        let response = try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        await http.shutdown()
        let error = await #expect(throws: TransferError.self) { for try await _ in response.body {} }
        #expect(error?.kind == .shutDown)
        let next = await #expect(throws: TransferError.self) {
            try await http.send(HTTPRequest(.get, server.endpoint, "/"))
        }
        #expect(next?.kind == .shutDown)
        await http.shutdown()
    }

    @Test("hundreds of transfers begun and cancelled at once leave none behind")
    func storm() async throws {
        let server = try ScriptedServer { connection in
            while connection.readHead() != nil {
                guard connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc") else { return }
            }
        }
        await withTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                let http = http
                group.addTask {
                    let task = Task {
                        try await http.send(HTTPRequest(.get, server.endpoint, "/")).body.collect(upTo: 3)
                    }
                    if number % 3 == 0 { task.cancel() }
                    let result = await task.result
                    if case .success(let body) = result { #expect(body == Array("abc".utf8)) }
                    if number % 3 != 0 { #expect(throws: Never.self) { try result.get() } }
                }
            }
        }
        #expect(await eventually { http.liveTransfers == 0 })
    }
}
