/// A part of the configuration that is written.
indirect enum Piece {
    /// A number, a word of herald's own, true or false.
    case plain(String)
    /// Text that came from outside, quoted where it could mean something else.
    case text(String)
    case list([Piece])
    case mapping([Piece.Field])

    /// A whole number as it was found; quoted where it is none.
    static func number(_ text: String) -> Piece { UInt64(text) == nil ? .text(text) : .plain(text) }

    /// A key with its value.
    struct Field {
        var key: String
        var value: Piece

        init(_ key: String, _ value: Piece) {
            self.key = key
            self.value = value
        }
    }

    static func texts(_ texts: [String]) -> Piece { .list(texts.map(Piece.text)) }

    /// The lines of a block mapping, each after `indent`.
    static func lines(_ fields: [Piece.Field], indent: String = "") -> [String] {
        fields.flatMap { field -> [String] in
            let value = field.value
            let name = "\(indent)\(quotedKey(field.key)):"
            switch value {
            case .mapping(let inner) where !inner.isEmpty && value.flow.utf8.count + name.utf8.count > 100:
                return [name] + lines(inner, indent: indent + "  ")
            case .list(let items) where items.contains(where: \.isMapping):
                return [name] + items.flatMap { item($0, indent: indent + "  ") }
            case .list(let items) where value.flow.utf8.count + name.utf8.count > 100:
                return [name] + items.map { "\(indent)  - \($0.flow)" }
            default: return ["\(name) \(value.flow)"]
            }
        }
    }

    private static func item(_ piece: Piece, indent: String) -> [String] {
        guard case .mapping(let fields) = piece, !fields.isEmpty else { return ["\(indent)- \(piece.flow)"] }
        var lines = lines(fields, indent: indent + "  ")
        lines[0] = "\(indent)- " + lines[0].dropFirst(indent.utf8.count + 2)
        return lines
    }

    private var isMapping: Bool { if case .mapping = self { true } else { false } }

    /// On one line.
    var flow: String {
        switch self {
        case .plain(let word): word
        case .text(let text): Self.quotedValue(text)
        case .list(let items): "[\(items.map(\.flow).joined(separator: ", "))]"
        case .mapping(let fields):
            "{\(fields.map { "\(Self.quotedKey($0.key)): \($0.value.flow)" }.joined(separator: ", "))}"
        }
    }

    private static func quotedKey(_ text: String) -> String { isPlain(text, others: "-_./") ? text : quote(text) }

    private static func quotedValue(_ text: String) -> String {
        isPlain(text, others: "-_./") ? text : quote(text)
    }

    /// Whether YAML reads the text as itself: it begins with a letter or as an IPv4 address, and is no word with a
    /// meaning.
    private static func isPlain(_ text: String, others: String) -> Bool {
        let words: Set<String> = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        guard let first = text.utf8.first, !words.contains(text.lowercased()),
            text.utf8.allSatisfy({ isAlphanumeric($0) || others.utf8.contains($0) })
        else { return false }
        return isLetter(first) || first == UInt8(ascii: "/") || isAddress(text) || isDuration(text)
    }

    /// As `1m30s`; `1e3` is a number.
    private static func isDuration(_ text: String) -> Bool {
        text.utf8.last == UInt8(ascii: "s") && text.utf8.allSatisfy { isAlphanumeric($0) } && !text.hasPrefix("0x")
    }

    private static func isAddress(_ text: String) -> Bool {
        text.utf8.count { $0 == UInt8(ascii: ".") } >= 3
    }

    private static func isLetter(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet | 0x20)
    }

    private static func isAlphanumeric(_ octet: UInt8) -> Bool {
        isLetter(octet) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }

    /// Between double quotes, with all that is not printable ASCII escaped.
    private static func quote(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: result += "\\\(scalar)"
            case 0x20...0x7E: result.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                result += "\\U" + String(repeating: "0", count: 8 - digits.utf8.count) + digits
            }
        }
        return result + "\""
    }
}
