import Glibc
public import HTTPTransfer

/// A server on a loopback port or a Unix domain socket that does with each connection what a test tells it to.
///
/// Each connection is served on a thread of its own with blocking calls.
public final class ScriptedServer: Sendable {
    /// One accepted connection.
    public struct Connection: Sendable {
        let descriptor: Int32

        /// Reads up to the empty line that ends a request's head; nil when the client has gone.
        public func readHead() -> String? {
            var octets: [UInt8] = []
            while !octets.suffix(4).elementsEqual("\r\n\r\n".utf8) {
                guard let next = read(1) else { return nil }
                octets += next
            }
            return String(decoding: octets, as: UTF8.self)
        }

        /// Reads exactly `count` octets; nil when the client has gone.
        public func read(_ count: Int) -> [UInt8]? {
            var octets: [UInt8] = []
            while octets.count < count {
                var chunk = [UInt8](repeating: 0, count: count - octets.count)
                let received = unsafe Glibc.recv(descriptor, &chunk, chunk.count, 0)
                guard received > 0 else { return nil }
                octets += chunk.prefix(received)
            }
            return octets
        }

        /// False when the client has gone.
        @discardableResult
        public func write(_ text: String) -> Bool { write(Array(text.utf8)) }

        /// False when the client has gone.
        @discardableResult
        public func write(_ octets: [UInt8]) -> Bool {
            var rest = octets[...]
            while !rest.isEmpty {
                let sent = unsafe rest.withUnsafeBytes { buffer in
                    unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return false }
                rest = rest.dropFirst(sent)
            }
            return true
        }

        /// Waits for the client to close; true when it does within ten seconds.
        public func waitForEnd() -> Bool {
            var limit = timeval(tv_sec: 10, tv_usec: 0)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
            var octet: UInt8 = 0
            while true {
                let received = unsafe Glibc.recv(descriptor, &octet, 1, 0)
                if received == 0 || (received < 0 && errno == ECONNRESET) { return true }
                if received < 0 { return false }
            }
        }
    }

    /// What is done with a connection, which is closed afterwards.
    public typealias Script = @Sendable (Connection) -> Void

    private final class Job: Sendable {
        let run: @Sendable () -> Void
        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    /// Where it listens.
    public let endpoint: HTTPEndpoint
    private let listener: Int32

    /// Listens on a free port of 127.0.0.1.
    public init(_ script: @escaping Script) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = listener
        let port = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length)
                unsafe getsockname(descriptor, generic, &length)
            }
            return unsafe UInt16(bigEndian: pointer.pointee.sin_port)
        }
        endpoint = HTTPEndpoint(scheme: .http, host: "127.0.0.1", port: port)
        serve(script)
    }

    /// Listens on a Unix domain socket.
    public init(path: String, _ script: @escaping Script) throws {
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        unsafe unlink(path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
            unsafe buffer.copyBytes(from: path.utf8)
        }
        let descriptor = listener
        unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = unsafe bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        endpoint = HTTPEndpoint(unixSocketPath: path)
        serve(script)
    }

    /// The thread that accepts closes the socket: closed here, its number could be the next server's by the time that the
    /// thread asks again, which would then serve that one's connections.
    deinit {
        Glibc.shutdown(listener, Int32(SHUT_RDWR))
    }

    private func serve(_ script: @escaping Script) {
        listen(listener, 16)
        let descriptor = listener
        Self.detach {
            defer { close(descriptor) }
            while true {
                let accepted = accept(descriptor, nil, nil)
                guard accepted >= 0 else { return }
                var isOn: Int32 = 1
                unsafe setsockopt(accepted, Int32(IPPROTO_TCP), TCP_NODELAY, &isOn, socklen_t(MemoryLayout<Int32>.size))
                Self.detach {
                    script(Connection(descriptor: accepted))
                    close(accepted)
                }
            }
        }
    }

    private static func detach(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let context = unsafe Unmanaged.passRetained(Job(run)).toOpaque()
        _ = unsafe pthread_create(
            &thread, nil,
            { context in
                if let context = unsafe context { unsafe Unmanaged<Job>.fromOpaque(context).takeRetainedValue().run() }
                return nil
            }, context)
        pthread_detach(thread)
    }
}
