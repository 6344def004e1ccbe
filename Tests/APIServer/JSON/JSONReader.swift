/// Text → JSON (RFC 8259). Octets that are no UTF-8 become U+FFFD, as Go reads them.
package struct JSONReader {
    package enum Fault: Error, Equatable {
        case unexpectedEnd
        case unexpected(UInt8)
        case tooDeep
    }

    /// Deeper texts are refused, so that none can use up the stack.
    private static let depthLimit = 200

    private let text: [UInt8]
    private var position = 0

    package static func read(_ text: [UInt8]) throws(Fault) -> JSON {
        var reader = JSONReader(text: text)
        let value = try reader.value(depth: 0)
        reader.skipBlanks()
        if reader.position < text.count { throw .unexpected(text[reader.position]) }
        return value
    }

    private init(text: [UInt8]) {
        self.text = text
    }

    private mutating func value(depth: Int) throws(Fault) -> JSON {
        guard depth < Self.depthLimit else { throw .tooDeep }
        switch try nextSignificant() {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        case let octet where octet == UInt8(ascii: "-") || isDigit(octet): return try number()
        case let octet: throw .unexpected(octet)
        }
    }

    private mutating func object(depth: Int) throws(Fault) -> JSON {
        position += 1
        var members: [JSON.Member] = []
        if try nextSignificant() == UInt8(ascii: "}") {
            position += 1
            return .object([])
        }
        while true {
            guard try nextSignificant() == UInt8(ascii: "\"") else { throw .unexpected(text[position]) }
            let name = try string()
            guard try nextSignificant() == UInt8(ascii: ":") else { throw .unexpected(text[position]) }
            position += 1
            members.append(JSON.Member(name: name, value: try value(depth: depth + 1)))
            if try isLast(UInt8(ascii: "}")) { return .object(Self.withoutRepeats(members)) }
        }
    }

    private mutating func array(depth: Int) throws(Fault) -> JSON {
        position += 1
        var values: [JSON] = []
        if try nextSignificant() == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            values.append(try value(depth: depth + 1))
            if try isLast(UInt8(ascii: "]")) { return .array(values) }
        }
    }

    /// The last of several members of one name counts.
    private static func withoutRepeats(_ members: [JSON.Member]) -> [JSON.Member] {
        var places: [String: Int] = [:]
        var kept: [JSON.Member] = []
        for member in members {
            if let place = places[member.name] {
                kept[place].value = member.value
            } else {
                places[member.name] = kept.count
                kept.append(member)
            }
        }
        return kept
    }

    /// Steps over a comma, or over the closing mark, of which it tells.
    private mutating func isLast(_ end: UInt8) throws(Fault) -> Bool {
        let octet = try nextSignificant()
        guard octet == end || octet == UInt8(ascii: ",") else { throw .unexpected(octet) }
        position += 1
        return octet == end
    }

    private mutating func string() throws(Fault) -> String {
        position += 1
        let start = position
        while position < text.count, text[position] != UInt8(ascii: "\""), text[position] != UInt8(ascii: "\\") {
            position += 1
        }
        guard position < text.count else { throw .unexpectedEnd }
        if text[position] == UInt8(ascii: "\"") {
            defer { position += 1 }
            return String(decoding: text[start..<position], as: UTF8.self)
        }
        var octets = Array(text[start..<position])
        while true {
            guard position < text.count else { throw .unexpectedEnd }
            let octet = text[position]
            position += 1
            if octet == UInt8(ascii: "\"") { return String(decoding: octets, as: UTF8.self) }
            if octet == UInt8(ascii: "\\") { try escape(into: &octets) } else { octets.append(octet) }
        }
    }

    private mutating func escape(into octets: inout [UInt8]) throws(Fault) {
        guard position < text.count else { throw .unexpectedEnd }
        let octet = text[position]
        position += 1
        switch octet {
        case UInt8(ascii: "n"): octets.append(0x0A)
        case UInt8(ascii: "t"): octets.append(0x09)
        case UInt8(ascii: "r"): octets.append(0x0D)
        case UInt8(ascii: "b"): octets.append(0x08)
        case UInt8(ascii: "f"): octets.append(0x0C)
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): octets.append(octet)
        case UInt8(ascii: "u"): octets += String(try scalar()).utf8
        default: throw .unexpected(octet)
        }
    }

    /// After `\u`: a scalar, or two halves of one.
    private mutating func scalar() throws(Fault) -> Character {
        let high = try hexadecimal()
        if (0xD800..<0xDC00).contains(high), position + 1 < text.count, text[position] == UInt8(ascii: "\\"),
            text[position + 1] == UInt8(ascii: "u")
        {
            position += 2
            let low = try hexadecimal()
            guard (0xDC00..<0xE000).contains(low) else { return "\u{FFFD}" }
            let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00))
            return Character(scalar ?? "\u{FFFD}")
        }
        return Character(Unicode.Scalar(high) ?? "\u{FFFD}")
    }

    private mutating func hexadecimal() throws(Fault) -> UInt32 {
        guard position + 4 <= text.count else { throw .unexpectedEnd }
        let digits = String(decoding: text[position..<position + 4], as: UTF8.self)
        guard let value = UInt32(digits, radix: 16) else { throw .unexpected(text[position]) }
        position += 4
        return value
    }

    private mutating func number() throws(Fault) -> JSON {
        let start = position
        while position < text.count, isDigit(text[position]) || "+-.eE".utf8.contains(text[position]) { position += 1 }
        let digits = String(decoding: text[start..<position], as: UTF8.self)
        if let integer = Int64(digits) { return .integer(integer) }
        guard let number = Double(digits), number.isFinite else { throw .unexpected(text[start]) }
        return .number(number)
    }

    private mutating func word(_ word: String, _ value: JSON) throws(Fault) -> JSON {
        guard text[position...].starts(with: word.utf8) else {
            if position + word.utf8.count > text.count { throw .unexpectedEnd }
            throw .unexpected(text[position])
        }
        position += word.utf8.count
        return value
    }

    private mutating func nextSignificant() throws(Fault) -> UInt8 {
        skipBlanks()
        guard position < text.count else { throw .unexpectedEnd }
        return text[position]
    }

    private mutating func skipBlanks() {
        while position < text.count, [0x20, 0x0A, 0x0D, 0x09].contains(text[position]) { position += 1 }
    }

    private func isDigit(_ octet: UInt8) -> Bool { octet >= UInt8(ascii: "0") && octet <= UInt8(ascii: "9") }
}
