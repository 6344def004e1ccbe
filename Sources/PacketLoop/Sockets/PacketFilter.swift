internal import CLinux
internal import Glibc
internal import NetworkTypes

/// A program in classic BPF by which the kernel drops frames before they reach a `PacketSocket`.
public struct PacketFilter: Sendable {
    let instructions: [sock_filter]

    /// ARP addressed to this host or to all, not of another VLAN.
    public static let arp = PacketFilter(
        accepting: [Condition(halfWordAt: 12, equals: [UInt32(EtherType.arp.rawValue)])])

    /// ICMPv6 neighbour solicitations and advertisements (types 135 and 136) without extension headers, addressed to
    /// this host or to a group that it or the interface listens to, not of another VLAN.
    public static let neighbourDiscovery = PacketFilter(
        accepting: [
            Condition(halfWordAt: 12, equals: [UInt32(EtherType.ipv6.rawValue)]),
            Condition(octetAt: 20, equals: [58]),
            Condition(octetAt: 54, equals: [135, 136]),
        ])

    /// ICMPv6 router advertisements (type 134) without extension headers, as above.
    public static let routerAdvertisements = PacketFilter(
        accepting: [
            Condition(halfWordAt: 12, equals: [UInt32(EtherType.ipv6.rawValue)]),
            Condition(octetAt: 20, equals: [58]),
            Condition(octetAt: 54, equals: [134]),
        ])

    /// A field of the frame or of what the kernel knows about it, and the values of which it must have one.
    private struct Condition {
        let load: [sock_filter]
        let values: [UInt32]

        init(octetAt offset: UInt32, equals values: [UInt32]) {
            load = [sock_filter(code: UInt16(BPF_LD | BPF_B | BPF_ABS), jt: 0, jf: 0, k: offset)]
            self.values = values
        }

        init(halfWordAt offset: UInt32, equals values: [UInt32]) {
            load = [sock_filter(code: UInt16(BPF_LD | BPF_H | BPF_ABS), jt: 0, jf: 0, k: offset)]
            self.values = values
        }

        /// To this host, to all, or to a group. The kernel also calls a frame someone else's when it bears the tag of a
        /// VLAN that has no interface here.
        static let isOurs = Condition(
            load: [ancillary(SKF_AD_PKTTYPE)],
            values: [UInt32(PACKET_HOST), UInt32(PACKET_BROADCAST), UInt32(PACKET_MULTICAST)])

        /// No VLAN tag, or one with a priority alone.
        static let isUntagged = Condition(
            load: [
                ancillary(SKF_AD_VLAN_TAG),
                sock_filter(code: UInt16(BPF_ALU | BPF_AND | BPF_K), jt: 0, jf: 0, k: 0x0FFF),
            ],
            values: [0])

        private init(load: [sock_filter], values: [UInt32]) {
            self.load = load
            self.values = values
        }

        private static func ancillary(_ field: Int32) -> sock_filter {
            sock_filter(
                code: UInt16(BPF_LD | BPF_W | BPF_ABS), jt: 0, jf: 0, k: UInt32(bitPattern: SKF_AD_OFF + field))
        }

        /// Goes on past the end when one value matches, else returns 0.
        var instructions: [sock_filter] {
            let tests = values.enumerated().map { place, value in
                sock_filter(
                    code: UInt16(BPF_JMP | BPF_JEQ | BPF_K), jt: UInt8(values.count - place), jf: 0, k: value)
            }
            return load + tests + [PacketFilter.leave(with: 0)]
        }
    }

    private init(accepting conditions: [Condition]) {
        let all = conditions + [.isOurs, .isUntagged]
        instructions = all.flatMap(\.instructions) + [Self.leave(with: 0xFFFF)]
    }

    /// Ends the program; the frame is cut to that many octets, at 0 dropped.
    private static func leave(with length: UInt32) -> sock_filter {
        sock_filter(code: UInt16(BPF_RET | BPF_K), jt: 0, jf: 0, k: length)
    }
}

extension Descriptor {
    /// Attaches a filter, which holds for every frame from now on.
    func attach(_ filter: PacketFilter) throws(SystemError) { try attach(filter.instructions) }

    /// As above, for datagrams.
    func attach(_ filter: DatagramFilter) throws(SystemError) { try attach(filter.instructions) }

    private func attach(_ instructions: [sock_filter]) throws(SystemError) {
        var instructions = instructions
        let result = unsafe instructions.withUnsafeMutableBufferPointer { program in
            var program = unsafe sock_fprog(len: UInt16(clamping: program.count), filter: program.baseAddress)
            let option = SocketOption.attachFilter
            return unsafe setsockopt(
                number, option.level, option.number, &program, socklen_t(MemoryLayout<sock_fprog>.size))
        }
        try check(result, SocketOption.attachFilter.name)
    }
}
