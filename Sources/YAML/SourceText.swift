/// A text checked to be UTF-8 without characters that do not belong into YAML, and where its documents begin.
struct SourceText {
    /// The beginning of a line.
    struct Place {
        let offset: Int
        let line: Int
    }

    /// Without byte order mark. When there is an `error`: only the documents that end before it.
    private(set) var bytes: [UInt8]
    /// How escaped surrogates were hidden in `bytes`; nil when there are none.
    private(set) var surrogates: SurrogateEscapes?
    /// The first character that does not belong here.
    private(set) var error: YAMLError?

    let beginning = Place(offset: 0, line: 1)

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            error = YAMLError(.start, "the text is UTF-16", cure: "save it as UTF-8")
            self.bytes = []
            return
        }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { self.bytes.removeFirst(3) }
        if let (offset, error) = firstBadCharacter() {
            self.error = error
            self.bytes.removeSubrange(lastDocument(before: offset)...)
        }
        surrogates = SurrogateEscapes(hidingIn: &self.bytes)
    }

    // MARK: - Documents

    /// The next line that begins with a document marker, `---`, at or after a line; nil when there is none.
    func nextDocument(after place: Place, fromLine line: Int) -> Place? {
        var next = nextLine(after: place)
        while let candidate = next {
            if candidate.line >= line, isMarker(at: candidate.offset) { return candidate }
            next = nextLine(after: candidate)
        }
        return nil
    }

    /// The character at a place of an error; nil at the end of a line or of the text.
    func character(at mark: Mark) -> Unicode.Scalar? {
        var place: Place? = beginning
        while let current = place, current.line < mark.line { place = nextLine(after: current) }
        guard let start = place?.offset else { return nil }
        let line = bytes[start...].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line, as: UTF8.self).unicodeScalars.dropFirst(mark.column - 1).first
    }

    private func nextLine(after place: Place) -> Place? {
        var offset = place.offset
        while offset < bytes.count {
            defer { offset += 1 }
            if isLineEnd(at: offset) { return Place(offset: offset + 1, line: place.line + 1) }
        }
        return nil
    }

    /// Whether this octet ends a line: LF, or CR that has no LF after it.
    private func isLineEnd(at offset: Int) -> Bool {
        bytes[offset] == UInt8(ascii: "\n")
            || (bytes[offset] == UInt8(ascii: "\r")
                && !(offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n")))
    }

    private func isMarker(at offset: Int) -> Bool {
        guard bytes[offset...].starts(with: "---".utf8) else { return false }
        guard offset + 3 < bytes.count else { return true }
        return " \t\n\r".utf8.contains(bytes[offset + 3])
    }

    private func lastDocument(before offset: Int) -> Int {
        var last = 0
        var place: Place? = beginning
        while let current = place, current.offset <= offset {
            if isMarker(at: current.offset) { last = current.offset }
            place = nextLine(after: current)
        }
        return last
    }

    // MARK: - Characters

    private func firstBadCharacter() -> (offset: Int, error: YAMLError)? {
        var line = 1
        var column = 1
        var offset = 0
        while offset < bytes.count {
            let octet = bytes[offset]
            guard let (scalar, length) = scalar(at: offset) else {
                let what = "octet 0x\(hexadecimal(UInt32(octet), digits: 2)) is not UTF-8"
                return (offset, YAMLError(Mark(line: line, column: column), what, cure: "save the file as UTF-8"))
            }
            if let (what, cure) = objection(to: scalar) {
                return (offset, YAMLError(Mark(line: line, column: column), what, cure: cure))
            }
            column += 1
            if octet <= 0x0D, isLineEnd(at: offset) {
                line += 1
                column = 1
            }
            offset += length
        }
        return nil
    }

    /// Decodes strictly (RFC 3629): no overlong forms, surrogates or numbers past U+10FFFF.
    private func scalar(at offset: Int) -> (scalar: Unicode.Scalar, length: Int)? {
        let lead = bytes[offset]
        if lead < 0x80 { return (Unicode.Scalar(lead), 1) }
        let (length, least): (Int, UInt32)
        switch lead {
        case 0xC2...0xDF: (length, least) = (2, 0x80)
        case 0xE0...0xEF: (length, least) = (3, 0x800)
        case 0xF0...0xF4: (length, least) = (4, 0x10000)
        default: return nil
        }
        guard bytes.count - offset >= length else { return nil }
        var number = UInt32(lead) & (0x7F >> UInt32(length))
        for octet in bytes[(offset + 1)..<(offset + length)] {
            guard octet & 0xC0 == 0x80 else { return nil }
            number = number << 6 | UInt32(octet & 0x3F)
        }
        guard number >= least, let scalar = Unicode.Scalar(number) else { return nil }
        return (scalar, length)
    }

    private func objection(to scalar: Unicode.Scalar) -> (what: String, cure: String)? {
        var name: String { "U+\(hexadecimal(scalar.value, digits: 4))" }
        switch scalar.value {
        case 0x09, 0x0A, 0x0D, 0x20...0x7E: return nil
        case 0: return ("a zero octet is not text", "save the file as UTF-8, not as UTF-16")
        case 0xFEFF: return ("a byte order mark is inside the text", "delete it")
        case 0x85, 0x2028, 0x2029:
            return ("the line separator \(name) is not allowed", "use a line feed, or an escape in double quotes")
        case 0...0x9F, 0xFFFE, 0xFFFF:
            return ("the character \(name) is not allowed", "delete it, or write an escape in double quotes")
        default: return nil
        }
    }

    private func hexadecimal(_ number: UInt32, digits: Int) -> String {
        let text = String(number, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }
}
