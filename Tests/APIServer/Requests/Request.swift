/// One HTTP request, read to its end.
struct Request: Sendable {
    var method: String
    /// Without the query, percent signs decoded.
    var path: String
    var query: [String: String]
    /// Names in lower case.
    var headers: [String: String]
    var body: [UInt8]
    /// It came by the Unix domain socket, whose users may do everything.
    var isLocal = false

    /// Longer bodies are refused, as the real server refuses them.
    static let bodyLimit = 3 << 20

    init(method: String, target: String, headers: [String: String], body: [UInt8] = []) {
        self.method = method
        self.headers = headers
        self.body = body
        let mark = target.firstIndex(of: "?") ?? target.endIndex
        path = Self.decode(target[..<mark])
        query = [:]
        for pair in target[mark...].dropFirst().split(separator: "&") {
            let parts = pair.split(separator: "=", maxSplits: 1)
            guard let name = parts.first else { continue }
            query[Self.decode(name)] = parts.count > 1 ? Self.decode(parts[1]) : ""
        }
    }

    func flag(_ name: String) -> Bool { ["true", "1"].contains(query[name] ?? "") }

    private static func decode(_ text: Substring) -> String {
        var octets: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let octet = rest.popFirst() {
            if octet == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                octets.append(value)
                rest = rest.dropFirst(2)
            } else {
                octets.append(octet == UInt8(ascii: "+") ? UInt8(ascii: " ") : octet)
            }
        }
        return String(decoding: octets, as: UTF8.self)
    }
}
