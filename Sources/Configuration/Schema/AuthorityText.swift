import NetworkTypes
import YAML

/// What a URL has between its scheme and its path.
enum AuthorityText {
    /// Accepts `host`, `host:port`, `[v6]` and `[v6]:port`.
    static func check(_ text: Substring, of url: String) throws(Objection) {
        guard !text.contains("?") else {
            throw Objection("\(quoted(url)) has a query but no path", cure: "write '/' before the '?'")
        }
        let (host, port) = split(text)
        guard host.hasPrefix("[") || !host.contains(":") else {
            throw Objection(
                "\(quoted(url)) has an IPv6 address without brackets",
                cure: "write, for example, https://[::1]:6443/livez")
        }
        guard isHost(host) else {
            throw Objection(
                "\(quoted(String(host))) is not a host", cure: "write a name, or an address as 127.0.0.1 or [::1]")
        }
        guard let port else { return }
        guard (1...5).contains(port.utf8.count), port.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = UInt16(port), number > 0
        else {
            throw Objection(
                "\(quoted(String(port))) is not a port from 1 to 65535",
                cure: "write, for example, https://127.0.0.1:6443/livez")
        }
    }

    /// The colons in brackets are those of an address.
    private static func split(_ text: Substring) -> (host: Substring, port: Substring?) {
        let start = text.hasPrefix("[") ? text.lastIndex(of: "]") ?? text.endIndex : text.startIndex
        guard let colon = text[start...].lastIndex(of: ":") else { return (text, nil) }
        return (text[..<colon], text[text.index(after: colon)...])
    }

    private static func isHost(_ text: Substring) -> Bool {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return IPAddress(text.dropFirst().dropLast())?.family == .ipv6
        }
        return (1...255).contains(text.utf8.count)
            && text.utf8.allSatisfy { Names.isAlphanumeric($0) || "-._".utf8.contains($0) }
    }
}
