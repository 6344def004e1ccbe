import Glibc
import NetworkTypes

/// `fetch`: gets `/` over a new connection and prints the page; fails when there is none in time.
struct FetchCommand {
    private let endpoint: Endpoint
    private let patience: Int

    init(_ arguments: Arguments) throws(ProbeError) {
        guard let address = try arguments.addresses().first else { throw .usage("--to is missing") }
        endpoint = Endpoint(address, port: try arguments.port())
        patience = try arguments.number("--patience-us", 100...60_000_000, default: 1_000_000)
    }

    func run() throws(ProbeError) {
        let socket = try Socket(endpoint.socketFamily, SOCK_STREAM)
        try socket.setTimeouts(microseconds: patience)
        guard unsafe endpoint.lend(to: { unsafe connect(socket.number, $0, $1) }) == 0 else {
            throw .system("connect to \(endpoint)", code: errno)
        }
        guard socket.send(Array("GET / HTTP/1.1\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n".utf8)) else {
            throw .noAnswer("\(endpoint)")
        }
        var response: [UInt8] = []
        while response.count < 1 << 20 {
            guard let chunk = socket.receive(upTo: 65_536) else { throw .noAnswer("\(endpoint)") }
            if chunk.isEmpty { break }
            response += chunk
        }
        let text = String(decoding: response, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200 "), let end = text.firstRange(of: "\r\n\r\n") else {
            throw .noAnswer("\(endpoint)")
        }
        StandardStream.output.write(String(text[end.upperBound...]))
    }
}
