/// A GET that came to the operations server.
public struct OperationsRequest: Hashable, Sendable {
    /// Without the query; percent signs are as they came.
    public var path: String
    /// What follows the question mark.
    public var query: String

    /// Takes both as they are: no question mark is split off, no percent sign read.
    public init(path: String, query: String = "") {
        self.path = path
        self.query = query
    }

    init(target: String) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(parts.first ?? "")
        query = parts.count > 1 ? String(parts[1]) : ""
    }

    /// Whether the query has the word, with or without a value.
    public func asks(_ word: String) -> Bool {
        query.split(separator: "&").contains { $0 == word || $0.hasPrefix("\(word)=") }
    }

    /// What the query gives for the name, with percent signs read; nil where it has none, or what it has is no text.
    public func value(of name: String) -> String? {
        let prefix = "\(name)="
        guard let part = query.split(separator: "&").first(where: { $0.hasPrefix(prefix) }) else { return nil }
        var octets: [UInt8] = []
        var rest = part.utf8.dropFirst(prefix.utf8.count)
        while let octet = rest.popFirst() {
            guard octet == UInt8(ascii: "%") else {
                octets.append(octet)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else {
                return nil
            }
            octets.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: octets, as: UTF8.self)
    }
}
