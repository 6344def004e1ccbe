/// JSON → text, compact.
extension JSON {
    package var octets: [UInt8] {
        var output: [UInt8] = []
        write(into: &output)
        return output
    }

    package var text: String { String(decoding: octets, as: UTF8.self) }

    func write(into output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        case .number(let value): output += "\(value)".utf8
        case .string(let value): Self.write(value, into: &output)
        case .array(let values): Self.write(values, "[", "]", into: &output) { $0.write(into: &$1) }
        case .object(let members):
            Self.write(members, "{", "}", into: &output) { member, output in
                Self.write(member.name, into: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(into: &output)
            }
        }
    }

    private static func write<Element>(
        _ elements: [Element], _ open: StaticString, _ close: StaticString, into output: inout [UInt8],
        _ writeOne: (Element, inout [UInt8]) -> Void
    ) {
        output += "\(open)".utf8
        for (index, element) in elements.enumerated() {
            if index > 0 { output.append(UInt8(ascii: ",")) }
            writeOne(element, &output)
        }
        output += "\(close)".utf8
    }

    private static func write(_ text: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), octet]
            case 0x0A: output += "\\n".utf8
            case 0..<0x20:
                let digits = String(octet, radix: 16)
                output += "\\u00\(digits.count == 1 ? "0" : "")\(digits)".utf8
            default: output.append(octet)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// As Go orders and indents what it prints for people.
    func indented(by depth: Int = 0) -> String {
        let margin = String(repeating: "  ", count: depth)
        switch self {
        case .object(let members) where !members.isEmpty:
            let lines = members.map { member in
                "\(margin)  \(JSON.string(member.name).text): \(member.value.indented(by: depth + 1))"
            }
            return "{\n\(lines.joined(separator: ",\n"))\n\(margin)}"
        case .array(let values) where !values.isEmpty:
            let lines = values.map { "\(margin)  \($0.indented(by: depth + 1))" }
            return "[\n\(lines.joined(separator: ",\n"))\n\(margin)]"
        default: return text
        }
    }
}
