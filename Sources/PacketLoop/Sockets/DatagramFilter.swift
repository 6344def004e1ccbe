internal import CLinux
internal import Glibc
public import NetworkTypes

/// A program in classic BPF by which the kernel drops datagrams before they take up room in the buffer of a
/// `UDPSocket`: who floods its port does not crowd out those it is meant for.
public struct DatagramFilter: Equatable, Sendable {
    private let family: AddressFamily
    private let sources: [IPAddress]
    private let minimumHopLimit: UInt8
    private let minimumLength: Int

    /// Addresses that a program has room for, and a second one that takes its place (`net.core.optmem_max`).
    static func mostSources(_ family: AddressFamily) -> Int { family == .ipv4 ? 400 : 40 }

    private static let headerLength = 8

    /// Lets pass what comes from one of `sources` with at least this hop limit and so many octets.
    ///
    /// Of more than 400 sources, or 40 of IPv6, none is looked at.
    public init(
        family: AddressFamily, sources: some Collection<IPAddress>, minimumHopLimit: UInt8, minimumLength: Int
    ) {
        self.family = family
        self.sources = sources.sorted()
        self.minimumHopLimit = minimumHopLimit
        self.minimumLength = minimumLength
    }

    var instructions: [sock_filter] {
        let drop = Self.instruction(BPF_RET | BPF_K, 0)
        let keep = Self.instruction(BPF_RET | BPF_K, 0xFFFF)
        // The data of the socket begin with the UDP header; what is before it has offsets of its own.
        var program = [
            Self.instruction(BPF_LD | BPF_W | BPF_LEN, 0),
            Self.instruction(BPF_JMP | BPF_JGE | BPF_K, UInt32(clamping: minimumLength + Self.headerLength), jt: 1),
            drop,
            Self.network(BPF_B, family == .ipv4 ? 8 : 7),
            Self.instruction(BPF_JMP | BPF_JGE | BPF_K, UInt32(minimumHopLimit), jt: 1),
            drop,
        ]
        guard sources.count <= Self.mostSources(family) else { return program + [keep] }
        for source in sources { program += comparison(with: source) + [keep] }
        return program + [drop]
    }

    /// Goes on past the instruction behind its own unless the source is this one.
    private func comparison(with source: IPAddress) -> [sock_filter] {
        let octets = source.octets
        let words = stride(from: 0, to: octets.count, by: 4).map { start in
            octets[start..<(start + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        let start: UInt32 = family == .ipv4 ? 12 : 8
        return words.enumerated().flatMap { place, word in
            [
                Self.network(BPF_W, start + UInt32(4 * place)),
                // Each word that follows has two instructions, and then comes the one that keeps the datagram.
                Self.instruction(
                    BPF_JMP | BPF_JEQ | BPF_K, word, jf: UInt8(2 * (words.count - 1 - place) + 1)),
            ]
        }
    }

    private static func network(_ size: Int32, _ offset: UInt32) -> sock_filter {
        instruction(BPF_LD | size | BPF_ABS, UInt32(bitPattern: SKF_NET_OFF) + offset)
    }

    private static func instruction(_ code: Int32, _ operand: UInt32, jt: UInt8 = 0, jf: UInt8 = 0) -> sock_filter {
        sock_filter(code: UInt16(code), jt: jt, jf: jf, k: operand)
    }
}
