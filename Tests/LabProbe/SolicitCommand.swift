import Glibc
import NetworkTypes

/// `solicit`: sends one neighbour solicitation to the address it asks for, without the source link-layer option.
///
/// The kernel finds out where the address is before it sends, as for any packet.
struct SolicitCommand {
    private let target: IPAddress

    init(_ arguments: Arguments) throws(ProbeError) {
        guard let target = try arguments.addresses().first, target.family == .ipv6 else {
            throw .usage("--to is an IPv6 address")
        }
        self.target = target
    }

    func run() throws(ProbeError) {
        let socket = try Socket(AF_INET6, SOCK_RAW, IPPROTO_ICMPV6)
        // What arrives with less may come from behind a router and is dropped (RFC 4861 section 7.1.1).
        try socket.set(IPPROTO_IPV6, IPV6_UNICAST_HOPS, 255)
        // Type, code, the checksum that the kernel fills in, and four reserved octets (RFC 4861 section 4.3).
        let packet: [UInt8] = [135, 0, 0, 0, 0, 0, 0, 0] + target.octets
        let sent = unsafe Endpoint(target, port: 0).lend { pointer, length in
            unsafe packet.withUnsafeBytes {
                unsafe sendto(socket.number, $0.baseAddress, $0.count, 0, pointer, length)
            }
        }
        guard sent == packet.count else { throw .system("sendto \(target)", code: errno) }
    }
}
