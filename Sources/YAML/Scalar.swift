/// Text of a document and how it was written, which decides what it means.
public struct Scalar: Hashable, Sendable {
    /// The five ways to write text.
    public enum Style: Hashable, Sendable {
        case plain, singleQuoted, doubleQuoted, literal, folded
    }

    /// A type written out, as in `!!str 5`; `!` alone counts as `string`.
    public enum Tag: String, Hashable, Sendable {
        case null = "tag:yaml.org,2002:null"
        case boolean = "tag:yaml.org,2002:bool"
        case integer = "tag:yaml.org,2002:int"
        case float = "tag:yaml.org,2002:float"
        case string = "tag:yaml.org,2002:str"
    }

    /// What the text means by the core schema (YAML 1.2.2 section 10.3.2).
    public enum Value: Hashable, Sendable {
        case null
        case boolean(Bool)
        case integer(Int64)
        /// A number with a fraction or exponent, `.inf`, `.nan`, or an integer that 64 bits do not hold.
        case float(Double)
        case string(String)

        var tag: Tag {
            switch self {
            case .null: .null
            case .boolean: .boolean
            case .integer: .integer
            case .float: .float
            case .string: .string
            }
        }
    }

    /// Without quotes, with escapes resolved and lines folded.
    public let text: String
    /// How it was written.
    public let style: Style
    /// Nil when no type is written out.
    public let tag: Tag?

    /// A text and how it was written.
    public init(_ text: String, style: Style, tag: Tag? = nil) {
        self.text = text
        self.style = style
        self.tag = tag
    }

    /// Only plain text can mean something else than itself; `yes`, `on` and `0777` are not special.
    public var value: Value {
        switch tag {
        case .string: .string(text)
        case nil: style == .plain ? CoreSchema.value(of: text) : .string(text)
        case .null, .boolean, .integer, .float: CoreSchema.value(of: text)
        }
    }

    /// Whether the text is one of what the tag promises.
    var fitsTag: Bool {
        guard let tag, tag != .string else { return true }
        return value.tag == tag || (tag == .float && value.tag == .integer)
    }
}
