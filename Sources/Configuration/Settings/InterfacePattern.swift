/// The name of an interface, or a pattern for several: `*` stands for any characters, `?` for one.
public struct InterfacePattern: Hashable, Sendable, CustomStringConvertible {
    /// The longest name that Linux gives, in octets (`IFNAMSIZ` less one).
    public static let longestName = 15

    /// As it was written.
    public let text: String

    /// Nil for what no interface can be called: nothing, `.`, `..`, more than 15 octets besides `*` or 31 with them, and
    /// any characters but `*`, `?`, ASCII letters and digits, `.`, `_`, `-`, `@`, `+`.
    public init?(_ text: String) {
        let isAllowed = text.unicodeScalars.allSatisfy {
            $0.isASCII
                && ($0.properties.isAlphabetic || ("0"..."9").contains($0) || "._-@+*?".unicodeScalars.contains($0))
        }
        let length = text.utf8.count { $0 != UInt8(ascii: "*") }
        guard isAllowed, !text.isEmpty, length <= Self.longestName, text.utf8.count <= 2 * Self.longestName + 1,
            text != ".", text != ".."
        else { return nil }
        self.text = text
    }

    /// Whether the pattern fits the whole name.
    public func matches(_ name: String) -> Bool {
        let pattern = Array(text.utf8)
        let name = Array(name.utf8)
        var (at, next) = (0, 0)
        // Where to go on when the text after the last `*` does not fit: that `*` takes one character more.
        var retry: (at: Int, next: Int)?
        while next < name.count {
            if at < pattern.count, pattern[at] == UInt8(ascii: "*") {
                retry = (at + 1, next)
                at += 1
            } else if at < pattern.count, pattern[at] == UInt8(ascii: "?") || pattern[at] == name[next] {
                (at, next) = (at + 1, next + 1)
            } else if let last = retry {
                retry = (last.at, last.next + 1)
                (at, next) = (last.at, last.next + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// As it was written.
    public var description: String { text }
}
