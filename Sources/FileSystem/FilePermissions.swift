internal import CLinux
internal import Glibc

/// Who may do what with a file.
public struct FilePermissions: Hashable, Sendable {
    /// The lower nine bits of the mode.
    public let bits: UInt32

    /// Those of what `path` leads to, symbolic links followed.
    public init(of path: String) throws(FileError) {
        var status = stat()
        try check(unsafe stat(path, &status), "read", path)
        bits = UInt32(status.st_mode) & 0o777
    }

    /// Whether users who are neither the owner nor of the group may read or write it.
    public var isOpenToOthers: Bool { bits & 0o006 != 0 }

    /// As `chmod` takes it: `0640`.
    public var octal: String {
        let digits = String(bits, radix: 8)
        return String(repeating: "0", count: max(4 - digits.count, 0)) + digits
    }
}
