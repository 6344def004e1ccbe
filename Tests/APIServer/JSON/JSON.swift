/// A JSON text as a value; members keep their order.
package enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package var name: String
        package var value: JSON

        package init(name: String, value: JSON) {
            self.name = name
            self.value = value
        }
    }

    package static let empty = JSON.object([])
}

extension JSON {
    package var string: String? { if case .string(let value) = self { value } else { nil } }
    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    package var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    package var members: [Member]? { if case .object(let value) = self { value } else { nil } }
    package var isNull: Bool { self == .null }

    /// Null, an empty text, an empty list or an empty object: what Go leaves out with `omitempty`.
    package var isEmpty: Bool {
        switch self {
        case .null: true
        case .string(let value): value.isEmpty
        case .array(let values): values.isEmpty
        case .object(let members): members.isEmpty
        case .bool, .integer, .number: false
        }
    }

    /// A member of an object. Setting nil removes it; setting one of what is no object makes it an object.
    package subscript(name: String) -> JSON? {
        get { members?.first { $0.name == name }?.value }
        set {
            var members = members ?? []
            self = .null
            if let index = members.firstIndex(where: { $0.name == name }) {
                if let newValue { members[index].value = newValue } else { members.remove(at: index) }
            } else if let newValue {
                members.append(Member(name: name, value: newValue))
            }
            self = .object(members)
        }
    }

    /// What is found by going from member to member.
    package subscript(path first: String, _ rest: String...) -> JSON? {
        var found = self[first]
        for name in rest { found = found?[name] }
        return found
    }

    /// With members in the order of their names.
    package var sorted: JSON {
        switch self {
        case .object(let members):
            .object(members.sorted { $0.name < $1.name }.map { Member(name: $0.name, value: $0.value.sorted) })
        case .array(let values): .array(values.map(\.sorted))
        default: self
        }
    }

    /// Changes a member in place; what is absent is an empty object.
    package mutating func modify(_ name: String, _ change: (inout JSON) -> Void) {
        var member = self[name] ?? .empty
        self[name] = .null
        change(&member)
        self[name] = member
    }

    /// A number as Go prints it in messages, a text in quotes.
    package var shown: String {
        switch self {
        case .string(let text): "\"\(text)\""
        case .integer(let number): "\(number)"
        default: String(decoding: octets, as: UTF8.self)
        }
    }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }
    package init(dictionaryLiteral elements: (String, JSON)...) {
        self = .object(elements.map { Member(name: $0.0, value: $0.1) })
    }
}
