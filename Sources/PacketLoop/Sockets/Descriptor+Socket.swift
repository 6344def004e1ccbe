internal import CLinux
internal import Glibc
internal import NetworkTypes

extension Descriptor {
    /// Makes a socket that never blocks and that no child process inherits.
    static func socket(
        _ family: Int32, _ type: __socket_type, protocol number: Int32 = 0, closedOn closer: PacketLoop? = nil
    ) throws(SystemError) -> Descriptor {
        let flags = Int32(type.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        return Descriptor(owning: try check(Glibc.socket(family, flags, number), "socket"), closedOn: closer)
    }

    /// Sets an option whose value is a number or a structure of plain octets.
    func set<Value>(
        _ option: SocketOption, to value: Value, for subject: @autoclosure () -> String = ""
    ) throws(SystemError) {
        let result = unsafe withUnsafeBytes(of: value) { octets in
            unsafe setsockopt(number, option.level, option.number, octets.baseAddress, socklen_t(octets.count))
        }
        try check(result, option.name, on: subject())
    }

    /// Switches an option on.
    func enable(_ option: SocketOption) throws(SystemError) {
        try set(option, to: Int32(1))
    }

    /// Reads an option whose value is a number.
    func get(_ option: SocketOption) throws(SystemError) -> Int32 {
        var value: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        try check(unsafe getsockopt(number, option.level, option.number, &value, &length), option.name)
        return value
    }

    /// Lets only packets of one interface, by its name, in and out.
    func bind(toDevice name: String) throws(SystemError) {
        let result = unsafe name.withCString { text in
            unsafe setsockopt(
                number, SocketOption.bindToDevice.level, SocketOption.bindToDevice.number, text,
                socklen_t(name.utf8.count))
        }
        try check(result, SocketOption.bindToDevice.name, on: name)
    }

    func bind(to address: SocketAddress) throws(SystemError) {
        try check(
            unsafe address.withKernelAddress { unsafe Glibc.bind(number, $0, $1) }, "bind", on: "\(address)")
    }

    /// Asks for a receive buffer of that many octets, beyond the system's limit where that is permitted.
    func setReceiveBuffer(_ octets: Int) throws(SystemError) {
        let size = Int32(clamping: octets)
        do {
            try set(.receiveBufferBeyondLimit, to: size)
        } catch {
            guard error.isNotPermitted else { throw error }
            try set(.receiveBuffer, to: size)
        }
    }

    /// The address that the socket is bound to; nil for one of another family.
    func localAddress() throws(SystemError) -> SocketAddress? {
        unsafe try address("getsockname") { unsafe getsockname(number, $0, $1) }
    }

    /// The address that the socket is connected to.
    func remoteAddress() throws(SystemError) -> SocketAddress? {
        unsafe try address("getpeername") { unsafe getpeername(number, $0, $1) }
    }

    private func address(
        _ name: String, _ call: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) throws(SystemError) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe call($0, &length) }
        }
        try check(result, name)
        return SocketAddress(storage)
    }
}
