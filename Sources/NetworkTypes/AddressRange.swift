/// All addresses of one family from `first` to `last`, both included; never empty.
public struct AddressRange: Hashable, Sendable {
    /// Of `first`, `last` and all between.
    public let family: AddressFamily
    private let firstNumber: UInt128
    private let lastNumber: UInt128

    /// Nil when the families differ or `last` comes before `first`.
    public init?(first: IPAddress, last: IPAddress) {
        guard first.family == last.family, first <= last else { return nil }
        self.init(uncheckedFamily: first.family, first: first.number, last: last.number)
    }

    /// The range that holds one address alone.
    public init(_ address: IPAddress) {
        self.init(uncheckedFamily: address.family, first: address.number, last: address.number)
    }

    init(uncheckedFamily family: AddressFamily, first: UInt128, last: UInt128) {
        self.family = family
        firstNumber = first
        lastNumber = last
    }

    /// The lowest address.
    public var first: IPAddress { Self.address(family, firstNumber) }
    /// The highest address; equals `first` when the range holds one.
    public var last: IPAddress { Self.address(family, lastNumber) }

    /// How many addresses; all of IPv6 counts as `UInt128.max`, one less than there are.
    public var count: UInt128 {
        let (sum, overflow) = (lastNumber - firstNumber).addingReportingOverflow(1)
        return overflow ? .max : sum
    }

    /// False for an address of the other family.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == family && (firstNumber...lastNumber).contains(address.number)
    }

    /// Whether any address is in both; ranges of different families never overlap.
    public func overlaps(_ other: AddressRange) -> Bool {
        family == other.family && firstNumber <= other.lastNumber && other.firstNumber <= lastNumber
    }

    /// The addresses in both, or nil when there are none.
    public func intersection(_ other: AddressRange) -> AddressRange? {
        guard overlaps(other) else { return nil }
        return AddressRange(
            uncheckedFamily: family, first: max(firstNumber, other.firstNumber),
            last: min(lastNumber, other.lastNumber))
    }

    private static func address(_ family: AddressFamily, _ number: UInt128) -> IPAddress {
        switch family {
        case .ipv4: IPAddress(ipv4: UInt32(truncatingIfNeeded: number))
        case .ipv6: IPAddress(ipv6: number)
        }
    }
}

extension AddressRange: Comparable {
    /// By first address, then by last.
    public static func < (left: AddressRange, right: AddressRange) -> Bool {
        (left.family, left.firstNumber, left.lastNumber) < (right.family, right.firstNumber, right.lastNumber)
    }
}

extension AddressRange: CustomStringConvertible {
    /// `first-last`, or the address alone.
    public var description: String { first == last ? "\(first)" : "\(first)-\(last)" }
}
