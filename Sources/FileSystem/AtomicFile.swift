internal import CLinux
internal import Glibc

/// Writes files that are, for whoever reads them and after a crash, either the old or the new one.
public enum AtomicFile {
    private struct Temporary: ~Copyable {
        let path: String
        let file: OpenFile
    }

    /// Names that are tried for the temporary file, which others may have taken.
    private static let attempts = 16

    /// Replaces the file at `path`, or makes it, in a directory that exists.
    ///
    /// The contents go to a new file in the same directory, to the disk, and then under the name. A symbolic link at
    /// `path` is replaced, not followed. `permissions` holds exactly, whatever the umask. When something fails the old
    /// file stays and the new one is removed; only when the directory itself cannot be written to the disk, the new
    /// file is in place, though perhaps not after a crash.
    public static func write(_ contents: [UInt8], to path: String, permissions: UInt32 = 0o644) throws(FileError) {
        let directory = directory(of: path)
        let temporary = try makeTemporary(beside: path, in: directory)
        do throws(FileError) {
            try write(contents, to: temporary.file, path)
            try check(fchmod(temporary.file.number, mode_t(permissions & 0o7777)), "set the permissions of", path)
            try check(fsync(temporary.file.number), "write to the disk", path)
            try check(unsafe rename(temporary.path, path), "replace", path)
        } catch {
            _ = unsafe unlink(temporary.path)
            throw error
        }
        let entry = try OpenFile(directory, flags: O_RDONLY | O_DIRECTORY, for: "write to the disk")
        let result = fsync(entry.number)
        // Some file systems cannot synchronise a directory; they keep what order they have.
        if result == -1, errno == EINVAL || errno == ENOTSUP { return }
        try check(result, "write to the disk", directory)
    }

    private static func directory(of path: String) -> String {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func makeTemporary(
        beside path: String, in directory: String
    ) throws(FileError) -> Temporary {
        guard !path.isEmpty, path.utf8.last != UInt8(ascii: "/") else {
            throw FileError("write", path, .system(EISDIR))
        }
        var attempt = 1
        while true {
            let temporary = "\(directory)/.herald-\(String(UInt64.random(in: 0 ... .max), radix: 36)).tmp"
            do throws(FileError) {
                let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW
                let file = try OpenFile(temporary, flags: flags, permissions: 0o600, for: "write")
                return Temporary(path: temporary, file: file)
            } catch {
                guard error.reason == .system(EEXIST), attempt < attempts else {
                    throw FileError("write", path, error.reason)
                }
                attempt += 1
            }
        }
    }

    static func write(_ contents: [UInt8], to file: borrowing OpenFile, _ path: String) throws(FileError) {
        let number = file.number
        var written = 0
        while written < contents.count {
            let result = uninterrupted {
                unsafe contents[written...].withUnsafeBytes { unsafe Glibc.write(number, $0.baseAddress, $0.count) }
            }
            written += try check(result, "write", path)
        }
    }
}
