import Glibc

/// The file of the Unix socket that `herald status` talks to.
struct ControlSocket {
    let path: String

    /// Why the socket cannot be made.
    enum Failure: Error, CustomStringConvertible {
        case pathTooLong(String)
        case directory(String, reason: String)
        case inUse(String)
        case notASocket(String)
        case restrict(String, reason: String)

        var description: String {
            switch self {
            case .pathTooLong(let path):
                "control socket '\(path)': the path is longer than 107 octets; set operations.socket to a shorter one"
            case .directory(let path, let reason):
                "control socket: cannot make the directory '\(path)': \(reason); set operations.socket elsewhere"
            case .inUse(let path):
                "control socket '\(path)': another herald serves it; stop that one, or set operations.socket to "
                    + "another path"
            case .notASocket(let path):
                "control socket '\(path)': a file that is no socket stands there; remove it, or set operations.socket"
            case .restrict(let path, let reason): "control socket '\(path)': cannot restrict its mode: \(reason)"
            }
        }
    }

    /// Makes the directory, which is its owner's alone as the socket is, and removes a socket that a killed process left;
    /// never one that is served.
    func prepare() throws(Failure) {
        guard path.utf8.count <= 107 else { throw .pathTooLong(path) }
        if let end = path.lastIndex(of: "/"), end > path.startIndex {
            let directory = String(path[..<end])
            if unsafe mkdir(directory, 0o700) != 0, errno != EEXIST {
                throw .directory(directory, reason: unsafe String(cString: strerror(errno)))
            }
        }
        var information = stat()
        guard unsafe lstat(path, &information) == 0 else { return }
        guard information.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
        if isServed() { throw .inUse(path) }
        unsafe unlink(path)
    }

    /// Lets only the owner connect.
    func restrict() throws(Failure) {
        guard unsafe chmod(path, 0o600) == 0 else {
            throw .restrict(path, reason: unsafe String(cString: strerror(errno)))
        }
    }

    func remove() {
        unsafe unlink(path)
    }

    private func isServed() -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
