internal import CLinux
internal import Glibc

/// A directory held open, whose entries are reached by their names alone: no symbolic link among them is followed, and
/// no name leads out of it.
public struct OpenDirectory: ~Copyable, Sendable {
    /// How it was reached, for messages.
    public let path: String
    let file: OpenFile

    /// Opens a directory, following symbolic links; with `creating`, makes it and what is missing above it.
    public init(_ path: String, creating: Bool = false) throws(FileError) {
        if creating { try Self.create(path) }
        self.init(path: path, file: try OpenFile(path, flags: O_RDONLY | O_DIRECTORY, for: "open"))
    }

    private init(path: String, file: consuming OpenFile) {
        self.path = path
        self.file = file
    }

    /// A directory in this one; with `creating`, it is made when it is missing.
    public borrowing func directory(_ name: String, creating: Bool = false) throws(FileError) -> OpenDirectory {
        let number = file.number
        try checkName(name, "open")
        if creating, unsafe mkdirat(number, name, 0o755) == -1, errno != EEXIST {
            throw FileError("make", place(of: name), .system(errno))
        }
        let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
        let result = uninterrupted { unsafe openat(number, name, flags) }
        return OpenDirectory(
            path: place(of: name), file: OpenFile(owning: try check(result, "open", place(of: name))))
    }

    /// As `DirectoryListing.names` says.
    public borrowing func names(limit: Int) throws(FileError) -> [String] {
        // Through the descriptor, so that it is this directory whatever its path leads to by now.
        do throws(FileError) {
            return try DirectoryListing.names(in: "/proc/self/fd/\(file.number)", limit: limit)
        } catch {
            throw FileError("list", path, error.reason)
        }
    }

    /// The contents of a regular file of at most `limit` octets.
    public borrowing func read(_ name: String, limit: Int) throws(FileError) -> [UInt8] {
        let number = file.number
        let place = place(of: name)
        try checkName(name, "read")
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC
        let result = uninterrupted { unsafe openat(number, name, flags) }
        if result == -1, errno == ELOOP { throw FileError("read", place, .notARegularFile("symbolic link")) }
        let entry = OpenFile(owning: try check(result, "read", place))
        var status = stat()
        try check(unsafe fstat(entry.number, &status), "read", place)
        try BoundedFile.requireRegular(status, place)
        guard Int(status.st_size) <= limit else { throw FileError("read", place, .tooLarge(limit: limit)) }
        return try BoundedFile.readAll(entry, place, limit: max(limit, 0))
    }

    /// Gives an entry another name, replacing what has it.
    public borrowing func rename(_ name: String, to new: String) throws(FileError) {
        try checkName(name, "rename")
        try checkName(new, "rename")
        try check(unsafe renameat(file.number, name, file.number, new), "rename", place(of: name))
    }

    /// Removes a file or symbolic link. One that is not there is no error.
    public borrowing func remove(_ name: String) throws(FileError) {
        try checkName(name, "remove")
        if unsafe unlinkat(file.number, name, 0) == -1, errno != ENOENT {
            throw FileError("remove", place(of: name), .system(errno))
        }
    }

    /// Removes a directory if it is empty; says whether it is gone.
    public borrowing func removeIfEmpty(_ name: String) -> Bool {
        guard Self.isName(name) else { return false }
        return unsafe unlinkat(file.number, name, AT_REMOVEDIR) == 0 || errno == ENOENT
    }

    /// Writes the names of the directory to the disk.
    public borrowing func synchronise() throws(FileError) {
        // Some file systems cannot synchronise a directory; they keep what order they have.
        if fsync(file.number) == -1, errno != EINVAL, errno != ENOTSUP {
            throw FileError("write to the disk", path, .system(errno))
        }
    }

    /// Whether the name is one that `write` gives to a file for a moment, so that a crash may have left it.
    public static func isTemporary(_ name: String) -> Bool {
        name.hasPrefix(".herald-") && name.hasSuffix(".tmp")
    }

    /// Removes what writings left that were cut short. To be called while nobody writes here.
    public borrowing func removeTemporaries(limit: Int) throws(FileError) {
        for name in try names(limit: limit) where Self.isTemporary(name) { try remove(name) }
    }

    // MARK: - Inside

    borrowing func place(of name: String) -> String { "\(path)/\(name)" }

    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == 0 || $0 == UInt8(ascii: "/") }
    }

    borrowing func checkName(_ name: String, _ operation: String) throws(FileError) {
        guard Self.isName(name) else { throw FileError(operation, place(of: name), .system(EINVAL)) }
    }

    private static func create(_ path: String) throws(FileError) {
        if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
            throw FileError("make", path, .system(errno))
        }
        try create(String(path[..<slash]))
        if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        throw FileError("make", path, .system(errno))
    }
}
