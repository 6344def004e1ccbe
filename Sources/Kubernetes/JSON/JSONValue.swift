/// JSON to be sent: patches and new objects. Members keep the order in which they are written.
public enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A name and its value.
    public struct Member: Hashable, Sendable {
        /// Need not be unique, but should.
        public let name: String
        /// Of any kind.
        public let value: JSONValue

        /// A member of an object.
        public init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// An object of strings, sorted by name; nil becomes null, which removes a member in a merge patch (RFC 7396).
    public static func strings(_ members: [String: String?]) -> JSONValue {
        .object(
            members.sorted { $0.key < $1.key }.map {
                Member($0.key, $0.value.map(JSONValue.string) ?? .null)
            })
    }

    /// The text as octets (RFC 8259).
    public var octets: [UInt8] {
        var output: [UInt8] = []
        write(into: &output)
        return output
    }

    private func write(into output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        case .string(let value): Self.write(value, into: &output)
        case .array(let values):
            Self.write(values, between: ("[", "]"), into: &output) { value, output in
                value.write(into: &output)
            }
        case .object(let members):
            Self.write(members, between: ("{", "}"), into: &output) { member, output in
                Self.write(member.name, into: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(into: &output)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], between: (Unicode.Scalar, Unicode.Scalar), into output: inout [UInt8],
        _ body: (Item, inout [UInt8]) -> Void
    ) {
        output.append(UInt8(ascii: between.0))
        for (position, item) in items.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            body(item, &output)
        }
        output.append(UInt8(ascii: between.1))
    }

    private static func write(_ text: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for octet in text.utf8 {
            switch octet {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): output += [UInt8(ascii: "\\"), octet]
            case 0..<0x20:
                let digits = String(octet, radix: 16)
                output += (octet < 16 ? "\\u000" : "\\u00").utf8
                output += digits.utf8
            default: output.append(octet)
            }
        }
        output.append(UInt8(ascii: "\""))
    }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral
{
    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A whole number.
    public init(integerLiteral value: Int64) { self = .integer(value) }
    /// `true` or `false`.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral,
    ExpressibleByNilLiteral
{
    /// An array.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object, in the order written.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map(Member.init))
    }
    /// `null`.
    public init(nilLiteral: ()) { self = .null }
}
