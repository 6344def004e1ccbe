import Glibc
import Lab
import NetworkTypes

/// Sends probes of one family and kind, and reads their answers.
final class EchoSocket: Sendable {
    private let socket: Socket
    private let kind: ProbeKind
    private let family: AddressFamily
    /// Of ICMP, to tell answers to other probes on the same host.
    private let identifier = UInt16(truncatingIfNeeded: getpid())

    init(_ family: AddressFamily, _ kind: ProbeKind) throws(ProbeError) {
        self.kind = kind
        self.family = family
        switch (kind, family) {
        case (.udp, .ipv4): socket = try Socket(AF_INET, SOCK_DGRAM)
        case (.udp, .ipv6): socket = try Socket(AF_INET6, SOCK_DGRAM)
        case (.icmp, .ipv4): socket = try Socket(AF_INET, SOCK_RAW, IPPROTO_ICMP)
        case (.icmp, .ipv6): socket = try Socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)
        }
        try socket.set(SOL_SOCKET, SO_RCVBUF, 4 << 20)
    }

    /// A send that fails, for want of a route or a neighbour, is a lost probe like any other.
    func send(_ message: EchoMessage, to address: IPAddress) {
        let port: UInt16
        let packet: [UInt8]
        switch kind {
        case .icmp:
            port = 0
            packet = icmpRequest(message)
        case .udp(let number):
            port = number
            packet = message.bytes
        }
        _ = unsafe Endpoint(address, port: port).lend { pointer, length in
            unsafe packet.withUnsafeBytes {
                unsafe sendto(
                    socket.number, $0.baseAddress, $0.count, Int32(MSG_DONTWAIT), pointer, length)
            }
        }
    }

    /// Waits for the next datagram; nil when it is no answer to a probe.
    func receive() -> (message: EchoMessage, from: IPAddress)? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var result = 0
        let packet = unsafe [UInt8](unsafeUninitializedCapacity: 2048) { buffer, filled in
            unsafe withUnsafeMutablePointer(to: &storage) { pointer in
                unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    result = unsafe recvfrom(
                        socket.number, buffer.baseAddress, 2048, 0, $0, &length)
                }
            }
            filled = max(result, 0)
        }
        guard result >= 0, let source = Endpoint(storage), let message = try? parse(packet) else { return nil }
        return (message, source.address)
    }

    private func parse(_ packet: [UInt8]) throws(ByteReader.Truncated) -> EchoMessage? {
        var reader = ByteReader(packet)
        if kind == .icmp {
            if family == .ipv4, let first = packet.first {
                // A raw IPv4 socket delivers the IP header too (ip(7)).
                try reader.skip(Int(first & 0x0F) * 4)
            }
            let isReply = try reader.uint8() == (family == .ipv4 ? 0 : 129)
            try reader.skip(3)
            let isOurs = try reader.uint16() == identifier
            try reader.skip(2)
            guard isReply, isOurs else { return nil }
        }
        return try EchoMessage(from: &reader)
    }

    /// An echo request (RFC 792, RFC 4443 section 4.1); the kernel fills in the checksum of ICMPv6.
    private func icmpRequest(_ message: EchoMessage) -> [UInt8] {
        var writer = ByteWriter(reserving: 48)
        writer.write(UInt8(family == .ipv4 ? 8 : 128))
        writer.write(UInt8(0))
        writer.write(UInt16(0))
        writer.write(identifier)
        writer.write(UInt16(truncatingIfNeeded: message.number))
        writer.write(message.bytes)
        if family == .ipv4 { writer.overwrite(at: 2, with: Self.checksum(writer.bytes)) }
        return writer.bytes
    }

    /// RFC 1071, for an even number of octets.
    private static func checksum(_ bytes: [UInt8]) -> UInt16 {
        var sum: UInt32 = 0
        for position in stride(from: 0, to: bytes.count - 1, by: 2) {
            sum += UInt32(bytes[position]) << 8 | UInt32(bytes[position + 1])
        }
        while sum > 0xFFFF { sum = sum & 0xFFFF + sum >> 16 }
        return ~UInt16(truncatingIfNeeded: sum)
    }
}
