internal import CLinux
internal import Glibc

/// Reads whole files that others may have written.
public enum BoundedFile {
    /// The contents of a regular file of at most `limit` octets; symbolic links are followed.
    ///
    /// Never blocks on a FIFO and never opens a device: both are errors, as are directories and sockets. A file that
    /// grows meanwhile is read no further than the limit.
    public static func read(_ path: String, limit: Int) throws(FileError) -> [UInt8] {
        var status = stat()
        try check(unsafe stat(path, &status), "read", path)
        try requireRegular(status, path)
        let file = try OpenFile(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY, for: "read")
        // What the path names may have changed since.
        try check(unsafe fstat(file.number, &status), "read", path)
        try requireRegular(status, path)
        guard Int(status.st_size) <= limit else { throw FileError("read", path, .tooLarge(limit: limit)) }
        return try readAll(file, path, limit: max(limit, 0))
    }

    /// The size the kernel names is a hint alone: it is 0 in /proc, and may change.
    static func readAll(_ file: borrowing OpenFile, _ path: String, limit: Int) throws(FileError) -> [UInt8] {
        var contents: [UInt8] = []
        let number = file.number
        while true {
            let wanted = min(65_536, limit - contents.count + 1)
            var result = 0
            let piece = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, count in
                result = uninterrupted { unsafe Glibc.read(number, buffer.baseAddress, wanted) }
                count = max(result, 0)
            }
            try check(result, "read", path)
            if result == 0 { return contents }
            contents += piece
            guard contents.count <= limit else { throw FileError("read", path, .tooLarge(limit: limit)) }
        }
    }

    static func requireRegular(_ status: stat, _ path: String) throws(FileError) {
        let kind: String
        switch status.st_mode & S_IFMT {
        case S_IFREG: return
        case S_IFDIR: kind = "directory"
        case S_IFIFO: kind = "FIFO"
        case S_IFSOCK: kind = "socket"
        case S_IFCHR, S_IFBLK: kind = "device"
        default: kind = "special file"
        }
        throw FileError("read", path, .notARegularFile(kind))
    }
}
