import Glibc

extension ScriptedServer.Connection {
    /// Passes octets both ways between the client and a port of 127.0.0.1, until one of the two closes.
    public func relay(to port: UInt16) {
        let other = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(other) }
        guard Self.connect(other, to: port) else { return }
        var pollers = [descriptor, other].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while unsafe poll(&pollers, 2, -1) > 0 {
            if pollers[0].revents != 0, !Self.pass(from: descriptor, to: other) { return }
            if pollers[1].revents != 0, !Self.pass(from: other, to: descriptor) { return }
        }
    }

    private static func connect(_ descriptor: Int32, to port: UInt16) -> Bool {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let length = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe Glibc.connect(descriptor, generic, length) == 0
            }
        }
    }

    /// False when either has gone.
    private static func pass(from source: Int32, to target: Int32) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let received = unsafe Glibc.recv(source, &chunk, chunk.count, 0)
        guard received > 0 else { return false }
        return ScriptedServer.Connection(descriptor: target).write(Array(chunk.prefix(received)))
    }
}
