/// The first octet of a path attribute (RFC 4271 section 4.3); its four low bits mean nothing.
public struct AttributeFlags: OptionSet, Hashable, Sendable {
    /// The octet itself.
    public let rawValue: UInt8

    /// Any octet.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Not every speaker knows the attribute.
    public static let optional = AttributeFlags(rawValue: 0x80)
    /// Speakers pass the attribute on even when they do not know it.
    public static let transitive = AttributeFlags(rawValue: 0x40)
    /// A speaker on the way did not know the attribute.
    public static let partial = AttributeFlags(rawValue: 0x20)
    /// The length has two octets.
    public static let extendedLength = AttributeFlags(rawValue: 0x10)

    /// The two bits that an attribute's definition fixes (RFC 7606 section 3 c).
    var category: AttributeFlags { intersection([.optional, .transitive]) }
}
