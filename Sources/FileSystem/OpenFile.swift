internal import CLinux
internal import Glibc

/// An open file, closed when it goes out of scope.
struct OpenFile: ~Copyable {
    let number: Int32

    init(owning number: Int32) {
        self.number = number
    }

    init(_ path: String, flags: Int32, permissions: mode_t = 0, for operation: String) throws(FileError) {
        let result = uninterrupted { unsafe open(path, flags | O_CLOEXEC, permissions) }
        number = try check(result, operation, path)
    }

    /// The descriptor, for the caller to close.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    deinit { _ = close(number) }
}
