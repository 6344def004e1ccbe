import CLinux
import Glibc
import NetworkTypes

@testable import PacketLoop

/// Two connected sockets: what is sent by one can be read from the other. Usable from any thread.
final class UDPPair: Sendable {
    let receiver: Descriptor
    private let sender: Descriptor

    init() throws {
        var numbers: [Int32] = [-1, -1]
        let type = Int32(SOCK_DGRAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        try check(unsafe socketpair(AF_UNIX, type, 0, &numbers), "socketpair")
        receiver = Descriptor(owning: numbers[0])
        sender = Descriptor(owning: numbers[1])
    }

    func send() throws {
        let octet: [UInt8] = [1]
        try check(unsafe Glibc.send(sender.number, octet, 1, 0), "send")
    }

    func drain() {
        var octets = [UInt8](repeating: 0, count: 64)
        while unsafe recv(receiver.number, &octets, octets.count, 0) > 0 {}
    }
}

extension SocketAddress {
    static let loopback = SocketAddress(IPAddress(ipv4: 0x7F00_0001))
    static let loopback6 = SocketAddress(IPAddress(ipv6: 1))

    static func loopback(_ family: AddressFamily) -> SocketAddress {
        switch family {
        case .ipv4: .loopback
        case .ipv6: .loopback6
        }
    }
}
