import Glibc
import NetworkTypes

/// An address and port, and their form in system calls.
struct Endpoint: Hashable, CustomStringConvertible {
    let address: IPAddress
    /// 0 for ICMP.
    let port: UInt16

    init(_ address: IPAddress, port: UInt16) {
        self.address = address
        self.port = port
    }

    /// Nil for a family that is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        let octets = unsafe withUnsafeBytes(of: storage) { unsafe Array($0) }
        let address: IPAddress?
        switch Int32(storage.ss_family) {
        case AF_INET: address = IPAddress(octets: octets[4..<8])
        case AF_INET6: address = IPAddress(octets: octets[8..<24])
        default: return nil
        }
        guard let address else { return nil }
        self.init(address, port: UInt16(octets[2]) << 8 | UInt16(octets[3]))
    }

    var socketFamily: Int32 { address.family == .ipv4 ? AF_INET : AF_INET6 }

    /// Lends the address to a system call.
    func lend<Value>(to call: (UnsafePointer<sockaddr>, socklen_t) -> Value) -> Value {
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(socketFamily)
        let isIPv4 = address.family == .ipv4
        unsafe withUnsafeMutableBytes(of: &storage) { bytes in
            unsafe bytes[2] = UInt8(port >> 8)
            unsafe bytes[3] = UInt8(port & 0xFF)
            for (position, octet) in address.octets.enumerated() {
                unsafe bytes[(isIPv4 ? 4 : 8) + position] = octet
            }
        }
        let length = isIPv4 ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size
        return unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe call($0, socklen_t(length)) }
        }
    }

    var description: String {
        address.family == .ipv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
    }
}
