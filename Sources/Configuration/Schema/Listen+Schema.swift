import NetworkTypes
import YAML

extension Shape where Value == ListenAddress? {
    /// An address with a port, or `off`.
    static var listen: Shape {
        Shape<ListenText>.word(
            "an address with a port, or off", example: "127.0.0.1:9817", show: { $0.address?.description ?? "off" },
            ListenText.read
        ).then(show: { $0?.description ?? "off" }) { text, _, _ in .some(text.address) }
    }
}

/// Keeps `off` apart from a value that could not be read.
private struct ListenText {
    var address: ListenAddress?

    static func read(_ text: String) throws(Objection) -> ListenText {
        if text == "off" || text == "false" { return ListenText(address: nil) }
        guard let colon = text.utf8.lastIndex(of: UInt8(ascii: ":")), let address = address(text[..<colon]) else {
            throw Objection(
                "\(quoted(text)) is not an address with a port",
                cure: "write, for example, 127.0.0.1:9817 or [::1]:9817")
        }
        let digits = text[text.utf8.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }),
            let port = UInt16(digits)
        else { throw Objection("\(quoted(text)) has no port from 0 to 65535", cure: "write one after the last ':'") }
        return ListenText(address: port == 0 ? nil : ListenAddress(address: address, port: port))
    }

    private static func address(_ text: Substring) -> IPAddress? {
        if text.hasPrefix("["), text.hasSuffix("]") {
            return IPAddress(text.dropFirst().dropLast()).flatMap { $0.family == .ipv6 ? $0 : nil }
        }
        return IPAddress(text).flatMap { $0.family == .ipv4 ? $0 : nil }
    }
}
