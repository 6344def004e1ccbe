import NetworkTypes
import Testing

@testable import AddressResolution

// The stations and addresses of the tests: one segment with this node, another host, and one more node of ours.

let ours = MACAddress(number: 0x0200_5E10_0001)
let theirs = MACAddress(number: 0x0200_5E10_0002)
let sibling = MACAddress(number: 0x0200_5E10_0003)
let allNodes = MACAddress(number: 0x3333_0000_0001)
let solicited = MACAddress(number: 0x3333_FF0A_0010)

let vip4 = IPAddress(ipv4: 0xC000_020A)
let client4 = IPAddress(ipv4: 0xC000_0232)
let vip6 = IPAddress(ipv6: 0x2001_0DB8 << 96 | 0xA_0010)
let client6 = IPAddress(ipv6: 0xFE80 << 112 | 0x5EFF_FE10_0002)
let linkLocal = IPAddress(ipv6: 0xFE80 << 112 | 0x5EFF_FE10_0001)

let station = Station(hardwareAddress: ours, siblings: [sibling])

func octets(_ hex: String) throws -> [UInt8] {
    let digits = hex.compactMap { $0.isWhitespace ? nil : $0 }
    return try stride(from: 0, to: digits.count, by: 2).map {
        try #require(UInt8(String(digits[$0..<min($0 + 2, digits.count)]), radix: 16))
    }
}

func milliseconds(_ count: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: count * 1_000_000) }

/// 10.0.0.0 and those that follow.
func addresses(_ count: UInt32) -> [IPAddress] { (0..<count).map { IPAddress(ipv4: 0x0A00_0000 + $0) } }

extension ResolutionFrame {
    init(_ bytes: [UInt8]?) throws {
        try self.init(decoding: #require(bytes)[...])
    }
}

/// The error of a decoder, or nil when it took the frame.
func refusal(of bytes: [UInt8]) -> FrameError? {
    do throws(FrameError) {
        _ = try ResolutionFrame(decoding: bytes[...])
        return nil
    } catch {
        return error
    }
}

/// A neighbor message with everything in it open to be wrong, its checksum right.
func neighborFrame(
    from source: IPAddress = client6, to destination: IPAddress = vip6, hopLimit: UInt8 = 255, nextHeader: UInt8 = 58,
    version: UInt32 = 6, message: [UInt8], fixChecksum: Bool = true
) -> [UInt8] {
    var message = message
    if fixChecksum, message.count >= 4 {
        let checksum = InternetChecksum.icmpv6(message[...], source: source, destination: destination)
        message[2] = UInt8(checksum >> 8)
        message[3] = UInt8(checksum & 0xFF)
    }
    var writer = ByteWriter()
    writer.write(ours)
    writer.write(theirs)
    writer.write(UInt16(0x86DD))
    writer.write(version << 28)
    writer.write(UInt16(truncatingIfNeeded: message.count))
    writer.write(nextHeader)
    writer.write(hopLimit)
    writer.write(source)
    writer.write(destination)
    writer.write(message)
    return writer.bytes
}

/// The ICMPv6 octets of a message about `target`, checksum zero.
func neighborMessage(
    type: UInt8, code: UInt8 = 0, flags: UInt8 = 0, target: IPAddress = vip6, options: [UInt8] = []
) -> [UInt8] {
    [type, code, 0, 0, flags, 0, 0, 0] + target.octets + options
}
