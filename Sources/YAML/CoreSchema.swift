/// The meaning of plain text (YAML 1.2.2 section 10.3.2).
enum CoreSchema {
    static func value(of text: String) -> Scalar.Value {
        switch text {
        case "", "~", "null", "Null", "NULL": return .null
        case "true", "True", "TRUE": return .boolean(true)
        case "false", "False", "FALSE": return .boolean(false)
        case ".nan", ".NaN", ".NAN": return .float(.nan)
        default: break
        }
        // Every number begins so; most text does not.
        guard let first = text.utf8.first, isDigit(first) || "+-.".utf8.contains(first) else { return .string(text) }
        return number(text) ?? .string(text)
    }

    private static func number(_ text: String) -> Scalar.Value? {
        if text.hasPrefix("0x") { return integer(text.dropFirst(2), radix: 16) }
        if text.hasPrefix("0o") { return integer(text.dropFirst(2), radix: 8) }
        let sign = text.utf8.first.flatMap { "+-".utf8.contains($0) ? $0 : nil }
        let magnitude = sign == nil ? text[...] : text.dropFirst()
        if [".inf", ".Inf", ".INF"].contains(magnitude) {
            return .float(sign == UInt8(ascii: "-") ? -.infinity : .infinity)
        }
        guard isDecimal(magnitude) else { return nil }
        if let integer = Int64(text) { return .integer(integer) }
        return Double(text).map(Scalar.Value.float)
    }

    private static func integer(_ digits: Substring, radix: Int) -> Scalar.Value? {
        guard let first = digits.utf8.first, !"+-".utf8.contains(first) else { return nil }
        if let integer = Int64(digits, radix: radix) { return .integer(integer) }
        // Digits all the same, but too many of them.
        let isNumber = digits.allSatisfy { $0.isASCII && ($0.hexDigitValue ?? radix) < radix }
        return isNumber ? .float(.infinity) : nil
    }

    /// `( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
    private static func isDecimal(_ text: Substring) -> Bool {
        var rest = text.utf8
        func digits() -> Int {
            let count = rest.prefix(while: isDigit).count
            rest = rest.dropFirst(count)
            return count
        }
        func take(_ characters: String) -> Bool {
            guard let next = rest.first, characters.utf8.contains(next) else { return false }
            rest = rest.dropFirst()
            return true
        }
        let whole = digits()
        let fraction = take(".") ? digits() : 0
        guard whole + fraction > 0 else { return false }
        if take("eE") {
            _ = take("+-")
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }

    private static func isDigit(_ character: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
    }
}
