import Foundation
import Synchronization

/// Sockets that belong to another network namespace than the process.
package enum NamespaceSocket {
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    /// A socket that listens on an IPv4 address of the namespace, as `ip netns` knows it.
    package static func listen(in namespace: String, on address: String, port: UInt16) throws -> Int32 {
        // A socket stays in the namespace where it was made, whichever threads use it later. The thread that moved ends.
        let result = Mutex<Result<Int32, Fault>?>(nil)
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            let made = Result { () throws(Fault) in
                try enter(namespace)
                return try listen(on: address, port: port)
            }
            result.withLock { $0 = made }
            done.signal()
        }
        done.wait()
        guard let made = result.withLock({ $0 }) else { throw Fault(description: "no socket was made") }
        return try made.get()
    }

    private static func enter(_ namespace: String) throws(Fault) {
        // glibc's header shows `setns` to C alone.
        typealias Function = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = unsafe dlsym(nil, "setns") else { throw Fault(description: "no setns") }
        let setns = unsafe unsafeBitCast(symbol, to: Function.self)
        let file = unsafe open("/var/run/netns/\(namespace)", O_RDONLY | O_CLOEXEC)
        defer { close(file) }
        let networkNamespace: Int32 = 0x4000_0000
        guard file >= 0, setns(file, networkNamespace) == 0 else {
            throw Fault(description: "setns to \(namespace): \(errno)")
        }
    }

    private static func listen(on address: String, port: UInt16) throws(Fault) -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let listener = socket(AF_INET, type, 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        let isAddress = unsafe inet_pton(AF_INET, address, &name.sin_addr) == 1
        let isBound = unsafe withUnsafePointer(to: &name) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(listener, raw, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isAddress, isBound, Foundation.listen(listener, 128) == 0 else {
            close(listener)
            throw Fault(description: "listening on \(address):\(port): \(errno)")
        }
        return listener
    }
}
