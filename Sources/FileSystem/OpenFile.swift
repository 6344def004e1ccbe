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

    deinit { _ = close(number) }
}
