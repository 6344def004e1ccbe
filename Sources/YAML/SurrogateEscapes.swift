/// Brings escaped surrogates past libyaml, which refuses them: JSON writes U+1F600 as `\ud83d\ude00` (RFC 8259
/// section 7).
///
/// Before parsing, the digit `d` of each such escape is replaced by another one that makes it name a character which the
/// text does not hold. That keeps every column. After parsing, those characters stand for surrogates, and the same
/// letters in text that has no escapes are put back.
struct SurrogateEscapes {
    /// `a`, `b`, `c`, `e` or `f`, in lower case.
    private let letter: UInt8

    /// Nil when there is nothing to hide. When every letter is taken, which takes intent, the text stays as it is and
    /// libyaml refuses the escape.
    init?(hidingIn bytes: inout [UInt8]) {
        let digits = Self.surrogateDigits(in: bytes)
        guard !digits.isEmpty, let letter = "ecbaf".utf8.first(where: { !Self.isInUse($0, in: bytes) }) else {
            return nil
        }
        self.letter = letter
        for offset in digits {
            bytes[offset] = bytes[offset] & 0x20 | letter & ~0x20
        }
    }

    /// Joins the surrogates of a text that was in double quotes; nil when one is without its partner.
    func restored(escaped text: String) -> String? {
        guard text.unicodeScalars.contains(where: { surrogate($0) != nil }) else { return text }
        var result = String.UnicodeScalarView()
        var high: UInt32?
        for scalar in text.unicodeScalars {
            switch (high, surrogate(scalar)) {
            case (nil, nil): result.append(scalar)
            case (nil, .some(let first)) where first < 0xDC00: high = first
            case (.some(let first), .some(let second)) where second >= 0xDC00:
                guard let joined = Unicode.Scalar(0x10000 + (first & 0x3FF) << 10 + (second & 0x3FF)) else {
                    return nil
                }
                result.append(joined)
                high = nil
            default: return nil
            }
        }
        return high == nil ? String(result) : nil
    }

    /// Puts back the letters of a text in which an escape means nothing.
    func restored(literal text: String) -> String {
        var bytes = Array(text.utf8)
        guard bytes.count >= 4 else { return text }
        for offset in 2..<(bytes.count - 1)
        where Self.isEscape(at: offset, in: bytes) && bytes[offset] | 0x20 == letter {
            bytes[offset] = bytes[offset] & 0x20 | UInt8(ascii: "D")
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The surrogate that a character stands for.
    private func surrogate(_ scalar: Unicode.Scalar) -> UInt32? {
        let block = (UInt32(letter) - UInt32(UInt8(ascii: "a")) + 10) << 12 | 0x800
        return scalar.value & ~0x7FF == block ? 0xD800 | scalar.value & 0x7FF : nil
    }

    /// Where the `d` is in each `\ud8..` to `\udf..` whose backslash is not itself escaped.
    private static func surrogateDigits(in bytes: [UInt8]) -> [Int] {
        var found: [Int] = []
        var backslashes = 0
        for (offset, octet) in bytes.enumerated() {
            if octet == UInt8(ascii: "\\") {
                backslashes += 1
                continue
            }
            if backslashes % 2 == 1, offset + 2 < bytes.count, isEscape(at: offset + 1, in: bytes),
                bytes[offset + 1] | 0x20 == UInt8(ascii: "d")
            {
                found.append(offset + 1)
            }
            backslashes = 0
        }
        return found
    }

    /// Whether the text holds a character of the letter's block, or anything like an escape of one.
    private static func isInUse(_ letter: UInt8, in bytes: [UInt8]) -> Bool {
        let lead = 0xE0 | (letter - UInt8(ascii: "a") + 10)
        return bytes.indices.contains { offset in
            guard offset + 1 < bytes.count else { return false }
            if bytes[offset] == lead, (0xA0...0xBF).contains(bytes[offset + 1]) { return true }
            return bytes[offset] | 0x20 == letter && isUpperHalf(bytes[offset + 1])
                && (isEscape(at: offset, in: bytes) || bytes[..<offset].suffix(6).elementsEqual("\\U0000".utf8))
        }
    }

    /// Whether `\u` is before this digit and 8 to f after it.
    private static func isEscape(at offset: Int, in bytes: [UInt8]) -> Bool {
        offset >= 2 && offset + 1 < bytes.count && bytes[offset - 1] == UInt8(ascii: "u")
            && bytes[offset - 2] == UInt8(ascii: "\\") && isUpperHalf(bytes[offset + 1])
    }

    private static func isUpperHalf(_ digit: UInt8) -> Bool {
        switch digit | 0x20 {
        case UInt8(ascii: "8"), UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"): true
        default: false
        }
    }
}
