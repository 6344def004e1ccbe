import Glibc

/// A socket, closed with its last reference.
final class Socket: Sendable {
    let number: Int32

    init(_ family: Int32, _ type: __socket_type, _ protocolNumber: Int = 0) throws(ProbeError) {
        number = socket(family, Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue), Int32(protocolNumber))
        guard number >= 0 else { throw .system("socket", code: errno) }
    }

    /// Takes over an accepted connection.
    init(owning number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// Listens for both families on every address the host has or will have.
    static func bound(to port: UInt16, _ type: __socket_type) throws(ProbeError) -> Socket {
        let socket = try Socket(AF_INET6, type)
        try socket.set(IPPROTO_IPV6, IPV6_V6ONLY, 0)
        try socket.set(SOL_SOCKET, SO_REUSEADDR, 1)
        var any = sockaddr_in6()
        any.sin6_family = sa_family_t(AF_INET6)
        any.sin6_port = port.bigEndian
        let result = unsafe withUnsafePointer(to: any) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(socket.number, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
        guard result == 0 else { throw .system("bind to port \(port)", code: errno) }
        return socket
    }

    func set(_ level: Int, _ option: Int32, _ value: Int32) throws(ProbeError) {
        try set(Int32(level), option, value)
    }

    func set(_ level: Int32, _ option: Int32, _ value: Int32) throws(ProbeError) {
        var value = value
        guard unsafe setsockopt(number, level, option, &value, socklen_t(MemoryLayout<Int32>.size)) == 0 else {
            throw .system("setsockopt \(option)", code: errno)
        }
    }

    /// How long one read, write or connect may take.
    func setTimeouts(microseconds: Int) throws(ProbeError) {
        var limit = timeval(tv_sec: microseconds / 1_000_000, tv_usec: microseconds % 1_000_000)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            let size = socklen_t(MemoryLayout<timeval>.size)
            guard unsafe setsockopt(number, SOL_SOCKET, option, &limit, size) == 0 else {
                throw .system("setsockopt \(option)", code: errno)
            }
        }
    }

    /// Sends all of it over a connection; false when that does not work.
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes {
                unsafe Glibc.send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Receives once; nil on an error or when time is up, empty when the other side has finished.
    func receive(upTo limit: Int) -> [UInt8]? {
        var result = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            result = unsafe recv(number, buffer.baseAddress, limit, 0)
            filled = max(result, 0)
        }
        return result < 0 ? nil : bytes
    }
}
