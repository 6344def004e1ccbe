/// Keeps web pages of others from reading a loopback listener through the browser of someone on this host, by a name of
/// theirs that they let point at it (DNS rebinding).
enum HostCheck {
    /// Whether a request with this `Host` is answered on a listener of the host's own loopback: it names the loopback, by
    /// address or as `localhost`. Programs that name no host are none that a page can steer.
    static func admits(_ host: String?) -> Bool {
        guard let host else { return true }
        var name = Substring(host)
        if name.hasPrefix("[") {
            name = name.prefix { $0 != "]" }.dropFirst()
        } else if let colon = name.lastIndex(of: ":") {
            name = name[..<colon]
        }
        let lower = name.lowercased()
        return lower.isEmpty || lower == "localhost" || lower == "::1" || isLoopback(lower)
    }

    private static func isLoopback(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
