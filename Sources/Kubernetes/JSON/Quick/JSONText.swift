/// Reads a JSON document from its beginning to its end (RFC 8259), without building anything in between.
///
/// Not for every document: what it does not expect it throws at, and `JSONDecoder` has the last word on that.
struct JSONText {
    /// The document is not JSON, or other than what is read here.
    struct Unexpected: Error {}

    /// Objects and lists in one another.
    private static let deepest = 64

    private static let (yes, no, nothing) = (Array("true".utf8), Array("false".utf8), Array("null".utf8))

    private let octets: [UInt8]
    private var place = 0
    private var depth = 0
    private var isFirst = false

    init(_ octets: [UInt8]) {
        self.octets = octets
    }

    private var next: UInt8? { place < octets.count ? octets[place] : nil }

    private mutating func skipBlanks() {
        while let octet = next, octet == 0x20 || octet == 0x0A || octet == 0x0D || octet == 0x09 { place += 1 }
    }

    private mutating func take(_ octet: UInt8) -> Bool {
        guard next == octet else { return false }
        place += 1
        return true
    }

    private mutating func expect(_ octet: UInt8) throws(Unexpected) {
        guard take(octet) else { throw Unexpected() }
    }

    private mutating func take(_ word: [UInt8]) -> Bool {
        guard next == word.first, octets[place...].starts(with: word) else { return false }
        place += word.count
        return true
    }

    /// Nothing follows but blanks.
    mutating func end() throws(Unexpected) {
        skipBlanks()
        guard place == octets.count else { throw Unexpected() }
    }
}

// MARK: - Objects and lists

extension JSONText {
    /// Begins an object; `nextKey` gives its members.
    mutating func beginObject() throws(Unexpected) { try begin(UInt8(ascii: "{")) }

    /// Begins a list; `hasElement` says whether one more follows.
    mutating func beginList() throws(Unexpected) { try begin(UInt8(ascii: "[")) }

    private mutating func begin(_ bracket: UInt8) throws(Unexpected) {
        skipBlanks()
        try expect(bracket)
        depth += 1
        guard depth <= Self.deepest else { throw Unexpected() }
        isFirst = true
    }

    /// The name of the next member, whose value is to be read or skipped; nil at the end of the object.
    mutating func nextKey() throws(Unexpected) -> String? {
        guard try isFollowed(before: UInt8(ascii: "}")) else { return nil }
        let key = try text()
        skipBlanks()
        try expect(UInt8(ascii: ":"))
        return key
    }

    /// Whether an element follows, which is to be read or skipped.
    mutating func hasElement() throws(Unexpected) -> Bool { try isFollowed(before: UInt8(ascii: "]")) }

    private mutating func isFollowed(before bracket: UInt8) throws(Unexpected) -> Bool {
        skipBlanks()
        defer { isFirst = false }
        if take(bracket) {
            depth -= 1
            return false
        }
        if !isFirst { try expect(UInt8(ascii: ",")) }
        return true
    }

    mutating func list<Value>(
        _ read: (inout JSONText) throws(Unexpected) -> Value
    ) throws(Unexpected) -> [Value] {
        var values: [Value] = []
        try beginList()
        while try hasElement() { values.append(try read(&self)) }
        return values
    }

    /// Texts by their names.
    mutating func texts() throws(Unexpected) -> [String: String] {
        var texts: [String: String] = [:]
        try beginObject()
        while let key = try nextKey() { texts[key] = try text() }
        return texts
    }

    mutating func textList() throws(Unexpected) -> [String] {
        try list { json throws(Unexpected) in try json.text() }
    }

    /// Nil for null.
    mutating func optional<Value>(
        _ read: (inout JSONText) throws(Unexpected) -> Value
    ) throws(Unexpected) -> Value? {
        isNull() ? nil : try read(&self)
    }

    /// Passes over null, and says whether it stood there: such a member counts as absent.
    mutating func isNull() -> Bool {
        skipBlanks()
        return take(Self.nothing)
    }
}

// MARK: - Values

extension JSONText {
    mutating func flag() throws(Unexpected) -> Bool {
        skipBlanks()
        if take(Self.yes) { return true }
        if take(Self.no) { return false }
        throw Unexpected()
    }

    mutating func integer<Number: FixedWidthInteger>(_ type: Number.Type) throws(Unexpected) -> Number {
        skipBlanks()
        let start = place
        try skipNumber()
        let number = octets[start..<place]
        guard number.allSatisfy({ $0 == UInt8(ascii: "-") || Self.isDigit($0) }),
            let value = Number(String(decoding: number, as: UTF8.self))
        else { throw Unexpected() }
        return value
    }

    mutating func text() throws(Unexpected) -> String {
        skipBlanks()
        try expect(UInt8(ascii: "\""))
        let start = place
        while let octet = next, octet != UInt8(ascii: "\""), octet != UInt8(ascii: "\\"), octet >= 0x20 { place += 1 }
        if next == UInt8(ascii: "\\") { return try escapedText(from: start) }
        guard let text = String(validating: octets[start..<place], as: UTF8.self) else { throw Unexpected() }
        try expect(UInt8(ascii: "\""))
        return text
    }

    private mutating func escapedText(from start: Int) throws(Unexpected) -> String {
        var plain = Array(octets[start..<place])
        while let octet = next, octet != UInt8(ascii: "\"") {
            guard octet >= 0x20 else { throw Unexpected() }
            place += 1
            if octet == UInt8(ascii: "\\") { try appendEscaped(to: &plain) } else { plain.append(octet) }
        }
        try expect(UInt8(ascii: "\""))
        guard let text = String(validating: plain, as: UTF8.self) else { throw Unexpected() }
        return text
    }

    private mutating func appendEscaped(to plain: inout [UInt8]) throws(Unexpected) {
        guard let octet = next else { throw Unexpected() }
        place += 1
        switch octet {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): plain.append(octet)
        case UInt8(ascii: "b"): plain.append(0x08)
        case UInt8(ascii: "f"): plain.append(0x0C)
        case UInt8(ascii: "n"): plain.append(0x0A)
        case UInt8(ascii: "r"): plain.append(0x0D)
        case UInt8(ascii: "t"): plain.append(0x09)
        case UInt8(ascii: "u"):
            // Halves of pairs are rare, and are left to others.
            guard let scalar = Unicode.Scalar(UInt32(try hexadecimal())) else { throw Unexpected() }
            plain.append(contentsOf: String(Character(scalar)).utf8)
        default: throw Unexpected()
        }
    }

    private mutating func hexadecimal() throws(Unexpected) -> UInt16 {
        guard place + 4 <= octets.count else { throw Unexpected() }
        var value: UInt16 = 0
        for octet in octets[place..<place + 4] {
            guard let digit = Character(Unicode.Scalar(octet)).hexDigitValue else { throw Unexpected() }
            value = value << 4 | UInt16(digit)
        }
        place += 4
        return value
    }

    private static func isDigit(_ octet: UInt8) -> Bool { octet >= 0x30 && octet <= 0x39 }

    private mutating func skipDigits() throws(Unexpected) {
        guard let octet = next, Self.isDigit(octet) else { throw Unexpected() }
        while let octet = next, Self.isDigit(octet) { place += 1 }
    }

    private mutating func skipNumber() throws(Unexpected) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        if take(UInt8(ascii: ".")) { try skipDigits() }
        guard take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) else { return }
        if !take(UInt8(ascii: "-")) { _ = take(UInt8(ascii: "+")) }
        try skipDigits()
    }
}

// MARK: - What is not wanted

extension JSONText {
    /// Passes over a value of any kind.
    mutating func skip() throws(Unexpected) {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"):
            try beginObject()
            while try isFollowed(before: UInt8(ascii: "}")) {
                try skipText()
                skipBlanks()
                try expect(UInt8(ascii: ":"))
                try skip()
            }
        case UInt8(ascii: "["):
            try beginList()
            while try hasElement() { try skip() }
        case UInt8(ascii: "\""): try skipText()
        case UInt8(ascii: "t"), UInt8(ascii: "f"): _ = try flag()
        case UInt8(ascii: "n"): guard isNull() else { throw Unexpected() }
        default: try skipNumber()
        }
    }

    private mutating func skipText() throws(Unexpected) {
        skipBlanks()
        try expect(UInt8(ascii: "\""))
        while let octet = next, octet != UInt8(ascii: "\"") {
            guard octet >= 0x20 else { throw Unexpected() }
            place += 1
            guard octet == UInt8(ascii: "\\") else { continue }
            guard let escaped = next, "\"\\/bfnrtu".utf8.contains(escaped) else { throw Unexpected() }
            place += 1
            if escaped == UInt8(ascii: "u") { _ = try hexadecimal() }
        }
        try expect(UInt8(ascii: "\""))
    }
}
