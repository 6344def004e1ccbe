internal import CLinux
internal import Glibc
public import NetworkTypes

/// An address and a port, with the interface that an IPv6 link-local address belongs to.
public struct SocketAddress: Hashable, Sendable {
    /// Of a host or a group, or unspecified.
    public var address: IPAddress
    /// 0 stands for any.
    public var port: UInt16
    /// The index of the interface for a link-local address, otherwise 0 (RFC 4007 section 6).
    public var scope: UInt32

    /// An address with no scope unless one is given; IPv4 has none.
    public init(_ address: IPAddress, port: UInt16 = 0, scope: UInt32 = 0) {
        self.address = address
        self.port = port
        self.scope = address.family == .ipv6 ? scope : 0
    }

    /// Any address of a family.
    public static func any(_ family: AddressFamily, port: UInt16 = 0) -> SocketAddress {
        switch family {
        case .ipv4: SocketAddress(IPAddress(ipv4: 0), port: port)
        case .ipv6: SocketAddress(IPAddress(ipv6: 0), port: port)
        }
    }
}

extension SocketAddress: CustomStringConvertible {
    /// As in `192.0.2.1:179` or `[fe80::1%2]:179`.
    public var description: String {
        switch address.family {
        case .ipv4: "\(address):\(port)"
        case .ipv6: scope == 0 ? "[\(address)]:\(port)" : "[\(address)%\(scope)]:\(port)"
        }
    }
}

extension SocketAddress {
    /// Nil for a family that is neither IPv4 nor IPv6.
    init?(_ storage: sockaddr_storage) {
        switch Int32(storage.ss_family) {
        case AF_INET:
            let value = unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(as: sockaddr_in.self) }
            self.init(IPAddress(value.sin_addr), port: UInt16(bigEndian: value.sin_port))
        case AF_INET6:
            let value = unsafe withUnsafeBytes(of: storage) { unsafe $0.loadUnaligned(as: sockaddr_in6.self) }
            let address = IPAddress(value.sin6_addr)
            self.init(address, port: UInt16(bigEndian: value.sin6_port), scope: value.sin6_scope_id)
        default: return nil
        }
    }

    /// The address as the kernel takes it.
    var storage: sockaddr_storage {
        var storage = sockaddr_storage()
        switch address.family {
        case .ipv4:
            var value = sockaddr_in()
            value.sin_family = sa_family_t(AF_INET)
            value.sin_port = port.bigEndian
            value.sin_addr = in_addr(address)
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: value, as: sockaddr_in.self) }
        case .ipv6:
            var value = sockaddr_in6()
            value.sin6_family = sa_family_t(AF_INET6)
            value.sin6_port = port.bigEndian
            value.sin6_addr = in6_addr(address)
            value.sin6_scope_id = scope
            unsafe withUnsafeMutableBytes(of: &storage) { unsafe $0.storeBytes(of: value, as: sockaddr_in6.self) }
        }
        return storage
    }

    /// The octets of `storage` that count.
    var length: socklen_t {
        switch address.family {
        case .ipv4: socklen_t(MemoryLayout<sockaddr_in>.size)
        case .ipv6: socklen_t(MemoryLayout<sockaddr_in6>.size)
        }
    }

    /// Lends the address to a call.
    func withKernelAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }
}

extension AddressFamily {
    /// `AF_INET` or `AF_INET6`.
    var number: Int32 {
        switch self {
        case .ipv4: AF_INET
        case .ipv6: AF_INET6
        }
    }
}

extension IPAddress {
    init(_ address: in_addr) {
        self.init(ipv4: UInt32(bigEndian: address.s_addr))
    }

    init(_ address: in6_addr) {
        let number = unsafe withUnsafeBytes(of: address) { unsafe $0.loadUnaligned(as: UInt128.self) }
        self.init(ipv6: UInt128(bigEndian: number))
    }
}

extension in_addr {
    /// Takes the low 32 bits.
    init(_ address: IPAddress) {
        self.init(s_addr: UInt32(truncatingIfNeeded: address.number).bigEndian)
    }
}

extension in6_addr {
    init(_ address: IPAddress) {
        self.init()
        unsafe withUnsafeMutableBytes(of: &self) {
            unsafe $0.storeBytes(of: address.number.bigEndian, as: UInt128.self)
        }
    }
}
