/// Keeps web pages of others from reading a loopback listener through the browser of someone on this host, by a name of
/// theirs that they let point at it (DNS rebinding).
enum HostCheck {
    /// Whether a request with this `Host` is answered on a listener of the host's own loopback: it names the loopback, by
    /// address or as `localhost`. Programs that name no host are none that a page can steer.
    static func admits(_ host: String?) -> Bool {
        guard var name = host?.lowercased()[...] else { return true }
        if !name.hasSuffix("]"), let colon = name.lastIndex(of: ":"),
            name[name.index(after: colon)...].allSatisfy(\.isNumber)
        {
            name = name[..<colon]
        }
        return name.isEmpty || name == "localhost" || name == "[::1]" || isLoopback(name)
    }

    private static func isLoopback(_ text: Substring) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
