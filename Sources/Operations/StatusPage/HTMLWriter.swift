/// Builds HTML of which every text that is not a literal of ours is escaped.
struct HTMLWriter {
    private(set) var bytes: [UInt8] = []

    /// Markup, which the compiler knows to be a literal.
    mutating func markup(_ markup: StaticString) {
        markup.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
    }

    /// Text, in an element or a quoted attribute. Control characters are replaced.
    mutating func text(_ text: String) {
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "&"): markup("&amp;")
            case UInt8(ascii: "<"): markup("&lt;")
            case UInt8(ascii: ">"): markup("&gt;")
            case UInt8(ascii: "\""): markup("&quot;")
            case UInt8(ascii: "'"): markup("&#39;")
            case 0x0A: bytes.append(octet)
            case 0..<0x20, 0x7F: bytes.append(UInt8(ascii: "?"))
            default: bytes.append(octet)
            }
        }
    }

    /// A cell of a table. On a narrow screen, where rows are shown one below the other, its label stands before it.
    mutating func cell(_ text: String, label: String, _ kind: StaticString = "") {
        markup("<td class=\"")
        markup(kind)
        if !label.isEmpty {
            markup("\" data-label=\"")
            self.text(label)
        }
        markup("\">")
        self.text(text)
        markup("</td>")
    }

    /// A row of head cells.
    mutating func head(_ cells: [String]) {
        markup("<thead><tr>")
        for cell in cells {
            markup("<th scope=\"col\">")
            text(cell)
            markup("</th>")
        }
        markup("</tr></thead>\n")
    }
}
