import Glibc
import Lab

/// `serve`: an HTTP/1.1 server whose every path is one page of text.
struct ServeCommand {
    private let listener: Socket
    private let response: [UInt8]

    init(_ arguments: Arguments) throws(ProbeError) {
        listener = try Socket.bound(to: try arguments.port(), SOCK_STREAM)
        guard listen(listener.number, 512) == 0 else { throw .system("listen", code: errno) }
        let text = arguments.text("--text") ?? ""
        let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n"
        response = Array("\(head)Connection: close\r\n\r\n\(text)".utf8)
    }

    func run() throws {
        StandardStream.errors.write("listening\n")
        while true {
            let number = accept(listener.number, nil, nil)
            guard number >= 0 else { continue }
            // A thread each, so that a client that says nothing holds up nobody; it is gone after two seconds.
            try WorkerThread.detach { [response] in Self.answer(Socket(owning: number), response) }
        }
    }

    private static func answer(_ connection: Socket, _ response: [UInt8]) {
        guard (try? connection.setTimeouts(microseconds: 2_000_000)) != nil else { return }
        var request: [UInt8] = []
        while request.count < 16_384 {
            guard let chunk = connection.receive(upTo: 4096), !chunk.isEmpty else { return }
            request += chunk
            if String(decoding: request, as: UTF8.self).contains("\r\n\r\n") { break }
        }
        _ = connection.send(response)
        shutdown(connection.number, Int32(SHUT_WR))
        _ = connection.receive(upTo: 4096)
    }
}
