/// The kernel's number for a link of one network namespace; never used again while the link exists.
public struct LinkIndex: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 1 and up; the loopback link is 1.
    public let number: Int32

    /// The loopback link of every network namespace.
    public static let loopback = LinkIndex(1)

    /// Takes the number as it is.
    public init(_ number: Int32) {
        self.number = number
    }

    /// By number.
    public static func < (left: LinkIndex, right: LinkIndex) -> Bool { left.number < right.number }
    /// The number.
    public var description: String { String(number) }
}
