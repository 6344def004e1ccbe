import Glibc
import NetworkTypes
import Testing

@testable import PacketLoop

@Suite(
    "Packet sockets in a network namespace",
    .enabled(if: NetworkNamespace.isPermitted, "needs root to make network namespaces"), .timeLimit(.minutes(1)))
struct PacketSocketTests {
    private static let near = "02:00:00:00:00:01"
    private static let far = "02:00:00:00:00:02"

    /// What arrives until there are that many frames, and shortly after, since a cable takes its time.
    private static func frames(_ count: Int, from socket: PacketSocket) throws -> [[UInt8]] {
        var frames: [[UInt8]] = []
        for _ in 0..<1000 where frames.count < count {
            frames += try socket.receive()
            usleep(1000)
        }
        usleep(10_000)
        return try frames + socket.receive()
    }

    private static func frame(to target: String = "ff:ff:ff:ff:ff:ff", _ type: UInt16, _ rest: [UInt8]) -> [UInt8] {
        let header = [target, near].compactMap { MACAddress($0)?.octets }.joined()
        return Array(header) + [UInt8(type >> 8), UInt8(type & 0xFF)] + rest
    }

    @Test("frames of the type arrive whole and in order, own ones do not come back")
    func exchange() async throws {
        try await NetworkNamespace.run {
            let ends = try NetworkNamespace.cable()
            let sender = try PacketSocket(interface: ends.near, etherType: .arp)
            let receiver = try PacketSocket(interface: ends.far, etherType: .arp)
            let frames = (0..<40).map { Self.frame(0x0806, [UInt8($0)] + Array(repeating: 0, count: 45)) }
            for frame in frames { #expect(try sender.send(frame)) }
            usleep(50_000)
            let first = try receiver.receive()
            #expect(first.count <= 32)
            #expect(try first + Self.frames(40 - first.count, from: receiver) == frames)
            #expect(try sender.receive().isEmpty)
        }
    }

    @Test("the ARP filter lets through ARP alone, to this host or to all, of no other VLAN")
    func arpFilter() async throws {
        try await NetworkNamespace.run {
            let ends = try NetworkNamespace.cable()
            let body = Array(repeating: 7 as UInt8, count: 46)
            let wanted = [Self.frame(0x0806, body), Self.frame(to: Self.far, 0x0806, body)]
            // A priority tag is taken off on arrival, and the frame is as good as untagged.
            let priority = Self.frame(0x8100, [0xE0, 0x00, 0x08, 0x06] + body)
            let tagged = Self.frame(0x8100, [0x00, 0x05, 0x08, 0x06] + body)
            let others = [
                tagged, Self.frame(to: "02:00:00:00:00:99", 0x0806, body), Self.frame(0x0800, body),
                Self.frame(0x86DD, body),
            ]
            let sender = try PacketSocket(interface: ends.near, etherType: EtherType(rawValue: 0x88B5))
            for filter in [PacketFilter.arp, nil] {
                let receiver = try PacketSocket(interface: ends.far, etherType: .arp, filter: filter)
                for frame in others + wanted + [priority] { try sender.send(frame) }
                #expect(try Self.frames(3, from: receiver) == wanted + [wanted[0]])
            }
        }
    }

    @Test(
        "frames of a VLAN go to the socket of its interface, not to that of the parent",
        .enabled(if: NetworkNamespace.hasVLANs, "needs the kernel module 8021q"))
    func vlan() async throws {
        try await NetworkNamespace.run {
            let ends = try NetworkNamespace.cable()
            try NetworkNamespace.ip("link add link far name far.5 type vlan id 5")
            try NetworkNamespace.ip("link set far.5 up")
            let index = unsafe if_nametoindex("far.5")
            let parent = try PacketSocket(interface: ends.far, etherType: .arp, filter: .arp)
            let bare = try PacketSocket(interface: ends.far, etherType: .arp)
            let child = try PacketSocket(interface: index, etherType: .arp, filter: .arp)
            let sender = try PacketSocket(interface: ends.near, etherType: EtherType(rawValue: 0x88B5))
            let body = Array(repeating: 7 as UInt8, count: 46)
            try sender.send(Self.frame(0x8100, [0x00, 0x05, 0x08, 0x06] + body))
            #expect(try Self.frames(1, from: child) == [Self.frame(0x0806, body)])
            #expect(try parent.receive().isEmpty)
            #expect(try bare.receive().isEmpty)
        }
    }

    @Test("the neighbour discovery filter lets through solicitations and advertisements alone")
    func neighbourFilter() async throws {
        try await NetworkNamespace.run {
            let ends = try NetworkNamespace.cable()
            let sender = try PacketSocket(interface: ends.near, etherType: EtherType(rawValue: 0x88B5))
            let receiver = try PacketSocket(interface: ends.far, etherType: .ipv6, filter: .neighbourDiscovery)
            func packet(next: UInt8, type: UInt8) -> [UInt8] {
                let header: [UInt8] = [0x60, 0, 0, 0, 0, 24, next, 255]
                return Self.frame(
                    to: "33:33:ff:00:00:01", 0x86DD,
                    header + Array(repeating: 1, count: 32) + [type] + Array(repeating: 0, count: 23))
            }
            for type in [128, 133, 134, 137, 143] as [UInt8] { try sender.send(packet(next: 58, type: type)) }
            try sender.send(packet(next: 17, type: 135))
            try sender.send(Self.frame(0x86DD, [0x60]))
            let wanted = [packet(next: 58, type: 135), packet(next: 58, type: 136)]
            for frame in wanted { try sender.send(frame) }
            #expect(try Self.frames(2, from: receiver) == wanted)
        }
    }

    @Test("a frame longer than the room for it is dropped and counted")
    func tooLong() async throws {
        try await NetworkNamespace.run {
            let ends = try NetworkNamespace.cable()
            let sender = try PacketSocket(interface: ends.near, etherType: .arp)
            let receiver = try PacketSocket(interface: ends.far, etherType: .arp, maximumLength: 100)
            for length in [87, 86] { try sender.send(Self.frame(0x0806, Array(repeating: 0, count: length))) }
            #expect(try Self.frames(1, from: receiver).map(\.count) == [100])
            #expect(receiver.droppedTooLong == 1)
        }
    }

    @Test("an interface that goes down says so once and works again when up; a removed one stays gone")
    func interfaceGone() async throws {
        try await NetworkNamespace.run {
            let ends = try NetworkNamespace.cable()
            let socket = try PacketSocket(interface: ends.near, etherType: .arp)
            let frame = Self.frame(0x0806, Array(repeating: 0, count: 46))
            try NetworkNamespace.ip("link set near down")
            let down = #expect(throws: SystemError.self) { try socket.receive() }
            #expect(down?.isInterfaceGone == true)
            #expect(try socket.receive().isEmpty)
            #expect(throws: SystemError.self) { try socket.send(frame) }
            try NetworkNamespace.ip("link set near up")
            #expect(try socket.send(frame))
            try NetworkNamespace.ip("link del near")
            #expect(throws: SystemError.self) { try socket.receive() }
            let gone = #expect(throws: SystemError.self) { try socket.send(frame) }
            #expect(gone?.isInterfaceGone == true)
            let missing = #expect(throws: SystemError.self) {
                _ = try PacketSocket(interface: ends.near, etherType: .arp)
            }
            #expect(missing?.isInterfaceGone == true)
        }
    }

    @Test("a socket knows that its interface was removed, though another one has the index")
    func interfaceReturns() async throws {
        try await NetworkNamespace.run {
            let ends = try NetworkNamespace.cable()
            let socket = try PacketSocket(interface: ends.near, etherType: .arp)
            #expect(socket.isBound)
            try NetworkNamespace.ip("link set near down")
            #expect(socket.isBound)
            try NetworkNamespace.ip("link del near")
            #expect(!socket.isBound)
            try NetworkNamespace.ip("link add near index \(ends.near) type veth peer name far")
            #expect(!socket.isBound)
            #expect(try PacketSocket(interface: ends.near, etherType: .arp).isBound)
            socket.close()
            #expect(!socket.isBound)
        }
    }

    @Test("a loop is told when the interface of a watched socket goes down")
    func watchedInterfaceGone() async throws {
        try await withLoop { loop in
            let seen = Mailbox<Readiness>()
            let watch = try await NetworkNamespace.run {
                let ends = try NetworkNamespace.cable()
                let socket = try PacketSocket(interface: ends.near, etherType: .arp)
                let watch = try loop.watch(socket.descriptor, for: .read) { seen.put($0) }
                try NetworkNamespace.ip("link set near down")
                return watch
            }
            #expect(await seen.next()?.contains(.failed) == true)
            watch.cancel()
        }
    }
}

extension SystemError {
    /// The interface is down, or does not exist any more.
    fileprivate var isInterfaceGone: Bool { [ENETDOWN, ENXIO, ENODEV].contains(code) }
}
