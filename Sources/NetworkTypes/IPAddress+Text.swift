extension IPAddress: LosslessStringConvertible {
    /// Reads dotted-quad IPv4 or RFC 4291 section 2.2 IPv6; nil for anything else.
    ///
    /// Leading zeros in IPv4 (read as octal by some software), zones and blanks are refused.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 45 else { return nil }
        if text.utf8.contains(UInt8(ascii: ":")) {
            guard let number = Self.parseIPv6(text) else { return nil }
            self.init(ipv6: number)
        } else {
            guard let number = Self.parseIPv4(text) else { return nil }
            self.init(ipv4: number)
        }
    }

    /// Exists for `LosslessStringConvertible`.
    public init?(_ description: String) {
        self.init(description[...])
    }

    /// Canonical text: dotted quad, or RFC 5952.
    public var description: String {
        switch family {
        case .ipv4: octets.map(String.init).joined(separator: ".")
        case .ipv6: ipv6Description
        }
    }

    private static func parseIPv4(_ text: some StringProtocol) -> UInt32? {
        var number: UInt32 = 0
        var (octet, digits, dots): (UInt32, Int, Int) = (0, 0, 0)
        for character in text.utf8 {
            if character == UInt8(ascii: ".") {
                guard digits > 0, dots < 3 else { return nil }
                number = number << 8 | octet
                dots += 1
                (octet, digits) = (0, 0)
                continue
            }
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character) else { return nil }
            // No leading zeros: some would take them for octal numbers.
            guard digits == 0 || octet > 0 else { return nil }
            octet = octet * 10 + UInt32(character - UInt8(ascii: "0"))
            digits += 1
            guard octet <= 255 else { return nil }
        }
        guard digits > 0, dots == 3 else { return nil }
        return number << 8 | octet
    }

    private static func parseIPv6(_ text: some StringProtocol) -> UInt128? {
        guard let gap = firstGap(in: text) else {
            guard let groups = parseGroups(text[...], mayEndInIPv4: true), groups.count == 8 else { return nil }
            return join(groups)
        }
        let head = text[text.startIndex..<gap]
        let tail = text[text.utf8.index(gap, offsetBy: 2)...]
        guard firstGap(in: tail) == nil,
            let before = head.isEmpty ? [] : parseGroups(head, mayEndInIPv4: false),
            let after = tail.isEmpty ? [] : parseGroups(tail, mayEndInIPv4: true),
            before.count + after.count <= 7
        else { return nil }
        return join(before + Array(repeating: 0, count: 8 - before.count - after.count) + after)
    }

    private static func firstGap<Text: StringProtocol>(in text: Text) -> Text.Index? {
        let colon = UInt8(ascii: ":")
        return zip(text.utf8.indices, text.utf8.indices.dropFirst())
            .first { text.utf8[$0] == colon && text.utf8[$1] == colon }?.0
    }

    private static func parseGroups(_ text: some StringProtocol, mayEndInIPv4: Bool) -> [UInt16]? {
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (position, part) in parts.enumerated() {
            if mayEndInIPv4, position == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let number = parseIPv4(part) else { return nil }
                groups += [UInt16(number >> 16), UInt16(number & 0xFFFF)]
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.allSatisfy(isHexDigit),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func isHexDigit(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    private static func join(_ groups: [UInt16]) -> UInt128 {
        groups.reduce(0) { $0 << 16 | UInt128($1) }
    }

    /// RFC 5952: lower case, the longest run of at least two zero groups shortened, the first of equals.
    private var ipv6Description: String {
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: number >> UInt128((7 - $0) * 16)) }
        if isIPv4Mapped { return "::ffff:\(IPAddress(ipv4: UInt32(truncatingIfNeeded: number)))" }
        var longest = 0..<0
        var start = 0
        while start < 8 {
            let end = groups[start...].firstIndex { $0 != 0 } ?? 8
            if end - start > max(longest.count, 1) { longest = start..<end }
            start = max(end, start) + 1
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard !longest.isEmpty else { return text(groups[...]) }
        return text(groups[..<longest.lowerBound]) + "::" + text(groups[longest.upperBound...])
    }
}
