import Glibc
import Synchronization

/// An open file descriptor, closed with its last reference and never inherited by children.
final class Descriptor: Sendable {
    let number: Int32

    init(owning number: Int32) {
        self.number = number
    }

    deinit { close(number) }

    /// The two ends of a pipe, for the output of a child.
    static func makePipe() throws(LabError) -> (read: Descriptor, write: Descriptor) {
        try Launch.inheritance.withLock { _ throws(LabError) in
            var ends: [Int32] = [-1, -1]
            guard unsafe pipe(&ends) == 0 else { throw .system("pipe", code: errno) }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
        }
    }

    /// Two connected sockets. Never inherited, even by a child that other code starts at this very moment.
    static func makePair() throws(LabError) -> (read: Descriptor, write: Descriptor) {
        var ends: [Int32] = [-1, -1]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw .system("socketpair", code: errno) }
        return (Descriptor(owning: ends[0]), Descriptor(owning: ends[1]))
    }

    private static let lastFile = Atomic(0)

    /// A file without a name that holds `text`, to be read from its beginning.
    static func makeFile(holding text: String) throws(LabError) -> Descriptor {
        let number = lastFile.add(1, ordering: .relaxed).newValue
        let path = "/tmp/herald-input-\(getpid())-\(number)"
        let file = try open(path, O_RDWR | O_CREAT | O_EXCL)
        _ = unsafe unlink(path)
        try file.write(Array(text.utf8))
        guard lseek(file.number, 0, SEEK_SET) == 0 else { throw .system("lseek", code: errno) }
        return file
    }

    static func open(_ path: String, _ flags: Int32) throws(LabError) -> Descriptor {
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, 0o644)
        guard number >= 0 else { throw .system("open of \(path)", code: errno) }
        return Descriptor(owning: number)
    }

    /// Writes all of it.
    func write(_ bytes: [UInt8]) throws(LabError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .system("write", code: errno) }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads once, up to `limit` octets; empty at the end of the input and on an error.
    func read(upTo limit: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, filled in
            var count: Int
            repeat { count = unsafe Glibc.read(number, buffer.baseAddress, limit) } while count < 0 && errno == EINTR
            filled = max(count, 0)
        }
    }
}
