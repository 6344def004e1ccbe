import NetworkTypes

@testable import Netlink

/// Octets from pairs of hexadecimal digits; blanks and line ends are for the reader.
func octets(_ text: String) -> [UInt8] {
    let digits = Array(text.filter { !$0.isWhitespace })
    return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
        UInt8(String(digits[$0...($0 + 1)]), radix: 16)
    }
}

/// An address that is known to be well-formed.
func ip(_ text: String) throws -> IPAddress {
    guard let address = IPAddress(text[...]) else { throw MalformedMessage.badField(text) }
    return address
}

/// The one message of `bytes`.
func decode(_ bytes: [UInt8]) throws -> NetlinkMessage {
    var reader = NativeReader(bytes)
    return try NetlinkMessage(from: &reader)
}
