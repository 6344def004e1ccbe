/// A server and how to reach it: what requests to it have in common.
public struct HTTPEndpoint: Hashable, Sendable {
    /// The protocols spoken.
    public enum Scheme: String, Hashable, Sendable {
        case http, https
    }

    /// A text that is not an `http` or `https` address of a server.
    public struct Malformed: Error, Hashable, Sendable, CustomStringConvertible {
        /// What was to be read.
        public let text: String
        /// What is wrong with it.
        public let reason: String
        /// For people.
        public var description: String { "'\(text)' is not the address of a server: \(reason)" }
    }

    /// `https` for all but local servers.
    public var scheme: Scheme
    /// A name, or an address without brackets.
    public var host: String
    /// The TCP port, never 0.
    public var port: UInt16
    /// Goes before the target of each request; empty, or begins with `/` and does not end with one.
    public var basePath = ""
    /// Of no effect with `http`.
    public var tls = TLSSettings()
    /// Connects to this Unix domain socket instead of host and port.
    public var unixSocketPath: String?
    /// As in `http://proxy:3128`; nil: none, whatever the environment says.
    public var proxy: String?

    /// A server reached by TCP.
    public init(scheme: Scheme, host: String, port: UInt16) {
        self.scheme = scheme
        self.host = host
        self.port = port
    }

    /// A server on a Unix domain socket, spoken to without TLS.
    public init(unixSocketPath path: String) {
        self.init(scheme: .http, host: "localhost", port: 80)
        unixSocketPath = path
    }

    /// Reads `https://host[:port][/path]`, IPv6 addresses in brackets.
    public init(_ text: String) throws(Malformed) {
        let parts = try Self.split(text)
        let authority = try Self.readAuthority(parts.authority, of: text)
        self.init(
            scheme: parts.scheme, host: authority.host, port: authority.port ?? (parts.scheme == .https ? 443 : 80))
        basePath = parts.path
        while basePath.hasSuffix("/") { basePath.removeLast() }
        guard Self.isSafePath(basePath), !basePath.utf8.contains(UInt8(ascii: "?")) else {
            throw Malformed(text: text, reason: "the path may hold neither '?', '#' nor blanks")
        }
        guard isHostSafe else { throw Malformed(text: text, reason: "'\(host)' is not a host") }
    }

    /// Names the endpoint in errors.
    var name: String { unixSocketPath ?? host }

    /// `host:port`, an IPv6 address in brackets.
    var authority: String { "\(bracketed(host)):\(port)" }

    func bracketed(_ host: String) -> String {
        host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
    }

    var isHostSafe: Bool { Self.isSafeHost(host) && tls.serverName.map(Self.isSafeHost) ?? true }

    /// Printable ASCII without blanks and `#`.
    static func isSafePath(_ path: String) -> Bool {
        path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "#") }
    }

    private static func isSafeHost(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.count <= 255
            && host.utf8.allSatisfy { character in
                switch character {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-._:".utf8.contains(character)
                }
            }
    }

    private static func split(
        _ text: String
    ) throws(Malformed) -> (scheme: Scheme, authority: Substring, path: String) {
        for scheme in [Scheme.https, .http] {
            let prefix = scheme.rawValue + "://"
            guard text.utf8.count > prefix.utf8.count, text.prefix(prefix.count).lowercased() == prefix else {
                continue
            }
            let rest = text.dropFirst(prefix.count)
            let slash = rest.firstIndex(of: "/") ?? rest.endIndex
            return (scheme, rest[..<slash], String(rest[slash...]))
        }
        throw Malformed(text: text, reason: "it must begin with https:// or http://")
    }

    private static func readAuthority(
        _ authority: Substring, of text: String
    ) throws(Malformed) -> (host: String, port: UInt16?) {
        var host = authority
        var port: Substring?
        if authority.hasPrefix("["), let end = authority.firstIndex(of: "]") {
            host = authority[authority.index(after: authority.startIndex)..<end]
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { throw Malformed(text: text, reason: "text after ']'") }
            port = rest.isEmpty ? nil : rest.dropFirst()
        } else if let colon = authority.lastIndex(of: ":") {
            host = authority[..<colon]
            port = authority[authority.index(after: colon)...]
            guard !host.contains(":") else { throw Malformed(text: text, reason: "an IPv6 address needs brackets") }
        }
        guard let port else { return (String(host), nil) }
        guard let number = UInt16(port), number > 0 else {
            throw Malformed(text: text, reason: "'\(port)' is not a port")
        }
        return (String(host), number)
    }
}
