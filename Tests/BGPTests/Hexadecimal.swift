import BGP
import NetworkTypes
import Testing

extension [UInt8] {
    /// Octets of hexadecimal digits; blanks between them are for the reader.
    init(hex text: String) {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        self = stride(from: 0, to: digits.count - 1, by: 2).map {
            UInt8(digits[$0] << 4 | digits[$0 + 1])
        }
    }
}

/// Sixteen octets of ones, which begin every message.
let marker = String(repeating: "ff", count: 16)

extension RawMessage {
    /// The only message in `octets`.
    init(single octets: [UInt8], limit: Int = MessageHeader.extendedLimit) throws {
        var framer = MessageFramer(limit: limit)
        framer.append(octets)
        let message = try #require(try framer.next())
        #expect(framer.pendingCount == 0)
        self = message
    }
}

/// A literal that the test's author has checked.
func cidr(_ text: String) -> CIDR { CIDR(text) ?? CIDR(IPAddress(ipv4: 0)) }

/// A literal that the test's author has checked.
func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }

extension RouterID {
    /// Zero becomes one.
    static func numbered(_ number: UInt32) -> RouterID { RouterID(max(number, 1)) ?? .numbered(1) }
}

extension HoldTime {
    /// A value that the test's author has checked.
    static func of(_ seconds: UInt16) -> HoldTime { HoldTime(seconds: seconds) ?? .never }
}
