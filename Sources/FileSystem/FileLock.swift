internal import CLinux
internal import Glibc

/// A lock on a file or directory that one holder at a time has, whichever process it is in; let go of when it goes out of
/// scope and by the end of the process, however that comes (flock(2)).
public struct FileLock: ~Copyable, Sendable {
    private let file: OpenFile

    /// Nil when another holder has it. Nothing is written: the file only has to be there and readable.
    public static func take(_ path: String) throws(FileError) -> FileLock? {
        let file = try OpenFile(path, flags: O_RDONLY | O_NONBLOCK | O_NOCTTY, for: "lock")
        let number = file.number
        if uninterrupted({ flock(number, LOCK_EX | LOCK_NB) }) == 0 { return FileLock(file: file) }
        let code = errno
        guard code == EWOULDBLOCK else { throw FileError("lock", path, .system(code)) }
        return nil
    }

    private init(file: consuming OpenFile) {
        self.file = file
    }
}
