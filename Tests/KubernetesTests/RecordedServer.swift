import HTTPTransfer
import NIOConcurrencyHelpers
import ScriptedHTTP

@testable import Kubernetes

/// An HTTP server that gives the answers it was told, in order, and keeps what it was asked.
final class RecordedServer: Sendable {
    /// What is sent for one request.
    struct Answer: Sendable {
        var status = 200
        var headers: [String] = []
        var body: [UInt8] = []
        /// Sent in chunks, each after a short pause, as a watch is.
        var isStream = false
        /// Kept open after the last chunk.
        var staysOpen = false
    }

    /// What was asked.
    struct Request: Sendable {
        var line: String
        var head: String
        var body: String

        func header(_ name: String) -> String? {
            head.split(separator: "\r\n").first { $0.hasPrefix(name + ": ") }.map {
                String($0.dropFirst(name.count + 2))
            }
        }
    }

    private final class Log: Sendable {
        let requests = NIOLockedValueBox<[Request]>([])
        let next = NIOLockedValueBox(0)
    }

    private let log: Log
    private let server: ScriptedServer

    /// After the last answer it says 500.
    init(_ answers: [Answer]) throws {
        let log = Log()
        self.log = log
        server = try ScriptedServer { connection in
            while let head = connection.readHead() {
                let length =
                    head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                    .flatMap { Int($0.dropFirst(16)) } ?? 0
                let body = String(decoding: connection.read(length) ?? [], as: UTF8.self)
                let line = head.prefix { $0 != "\r\n" }
                log.requests.withLockedValue { $0.append(Request(line: String(line), head: head, body: body)) }
                let index = log.next.withLockedValue { next in
                    defer { next += 1 }
                    return next
                }
                Self.send(index < answers.count ? answers[index] : Answer(status: 500), on: connection)
            }
        }
    }

    convenience init(_ exchanges: [Transcript.Exchange]) throws {
        try self.init(exchanges.map(Answer.init))
    }

    var requests: [Request] { log.requests.withLockedValue { $0 } }
    var endpoint: HTTPEndpoint { server.endpoint }

    func client(_ change: (inout ClientConfiguration) -> Void = { _ in }) throws -> KubernetesClient {
        var configuration = ClientConfiguration(endpoint: endpoint)
        change(&configuration)
        return KubernetesClient(
            configuration, over: try HTTPTransfer.start(), userAgent: "test/1", fieldManager: "test", seed: 1)
    }

    private static func send(_ answer: Answer, on connection: ScriptedServer.Connection) {
        let headers = answer.headers.map { $0 + "\r\n" }.joined()
        guard answer.isStream else {
            connection.write("HTTP/1.1 \(answer.status) x\r\n\(headers)Content-Length: \(answer.body.count)\r\n\r\n")
            connection.write(answer.body)
            return
        }
        connection.write("HTTP/1.1 \(answer.status) x\r\n\(headers)Transfer-Encoding: chunked\r\n\r\n")
        for line in answer.body.split(separator: UInt8(ascii: "\n")) {
            connection.write(String(line.count + 1, radix: 16) + "\r\n")
            connection.write(Array(line) + Array("\n\r\n".utf8))
        }
        if answer.staysOpen { _ = connection.waitForEnd() }
        connection.write("0\r\n\r\n")
    }
}

extension RecordedServer.Answer {
    /// As it was recorded, but for its framing.
    init(_ exchange: Transcript.Exchange) {
        status = exchange.status
        body = exchange.body
        headers = exchange.headers.filter { $0.hasPrefix("Retry-After") || $0.hasPrefix("Content-Type") }
        isStream = exchange.requestLine.contains("watch=true") && exchange.status == 200
    }
}
