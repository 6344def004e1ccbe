public import NetworkTypes

/// Reads what `PackedWriter` wrote, in the same order.
///
/// Never for octets from outside: what is not there reads as zero or empty, and no error tells of it.
public struct PackedReader: Sendable {
    private let octets: [UInt8]
    private var place = 0

    /// Reads from the first octet on.
    public init(_ octets: [UInt8]) {
        self.octets = octets
    }

    private mutating func octet() -> UInt8 {
        guard place < octets.count else { return 0 }
        defer { place += 1 }
        return octets[place]
    }

    /// A number without a sign.
    public mutating func unsigned() -> UInt64 {
        var number: UInt64 = 0
        var shift: UInt64 = 0
        while shift < 64 {
            let next = octet()
            number |= UInt64(next & 0x7F) << shift
            if next < 0x80 { break }
            shift += 7
        }
        return number
    }

    /// A number with a sign.
    public mutating func signed() -> Int64 {
        let number = unsigned()
        return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }

    /// A small number.
    public mutating func uint16() -> UInt16 { UInt16(truncatingIfNeeded: unsigned()) }

    /// A truth value.
    public mutating func flag() -> Bool { octet() != 0 }

    /// A text.
    public mutating func text() -> String {
        let count = min(Int(clamping: unsigned()), octets.count - place)
        defer { place += count }
        return String(decoding: octets[place..<place + count], as: UTF8.self)
    }

    /// Nil, or what `read` reads.
    public mutating func optional<Value>(_ read: (inout PackedReader) -> Value) -> Value? {
        flag() ? read(&self) : nil
    }

    /// A list of what `read` reads.
    public mutating func list<Value>(_ read: (inout PackedReader) -> Value) -> [Value] {
        let count = min(Int(clamping: unsigned()), octets.count - place)
        guard count > 0 else { return [] }
        return (0..<count).map { _ in read(&self) }
    }

    /// Texts by their keys.
    public mutating func texts() -> [String: String] {
        let count = min(Int(clamping: unsigned()), octets.count - place)
        guard count > 0 else { return [:] }
        var texts: [String: String] = [:]
        for _ in 0..<count {
            let key = text()
            texts[key] = text()
        }
        return texts
    }

    /// An address.
    public mutating func address() -> IPAddress {
        let count = Int(octet())
        var number: UInt128 = 0
        for place in 0..<count { number |= UInt128(octet()) << UInt128(place * 8) }
        return count == 4 ? IPAddress(ipv4: UInt32(truncatingIfNeeded: number)) : IPAddress(ipv6: number)
    }

    /// A list of addresses.
    public mutating func addresses() -> [IPAddress] { list { $0.address() } }
}
