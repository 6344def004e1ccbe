/// The kernel's number for a link of one network namespace; never used again while the link exists.
public struct LinkIndex: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// 1 and up; the loopback link is 1.
    public let number: Int32

    public init(_ number: Int32) {
        self.number = number
    }

    public static func < (left: LinkIndex, right: LinkIndex) -> Bool { left.number < right.number }
    public var description: String { String(number) }
}
