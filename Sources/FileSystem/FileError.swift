internal import CLinux
internal import Glibc

/// Something that could not be done with a file: which file, what, and why.
public struct FileError: Error, Hashable, Sendable {
    /// Why it could not be done.
    public enum Reason: Hashable, Sendable {
        /// The kernel's error number.
        case system(Int32)
        /// A directory, device, socket or FIFO where a regular file was expected.
        case notARegularFile(String)
        /// More octets than allowed.
        case tooLarge(limit: Int)
        /// More entries in a directory than allowed.
        case tooManyEntries(limit: Int)
    }

    /// The path as it was given.
    public let path: String
    /// What was attempted, as in `read` or `rename`.
    public let operation: String
    /// Why it failed.
    public let reason: Reason

    init(_ operation: String, _ path: String, _ reason: Reason) {
        self.operation = operation
        self.path = path
        self.reason = reason
    }

    /// Neither the file nor, perhaps, its directory exists.
    public var isNotFound: Bool { [.system(ENOENT), .system(ENOTDIR)].contains(reason) }
}

extension FileError: CustomStringConvertible {
    /// As in `cannot read /etc/herald/config.yaml: No such file or directory`.
    public var description: String { "cannot \(operation) \(path): \(reason)" }
}

extension FileError.Reason: CustomStringConvertible {
    /// A sentence part that follows a colon.
    public var description: String {
        switch self {
        case .system(let code):
            if let text = unsafe strerrordesc_np(code) { unsafe String(cString: text) } else { "error \(code)" }
        case .notARegularFile(let kind): "it is a \(kind), not a regular file"
        case .tooLarge(let limit): "it is larger than the limit of \(limit) octets"
        case .tooManyEntries(let limit): "it has more than \(limit) entries"
        }
    }
}

/// The result of a system call, or its error where that is -1.
@discardableResult
func check<Result: SignedInteger>(
    _ result: Result, _ operation: String, _ path: String
) throws(FileError) -> Result {
    guard result == -1 else { return result }
    throw FileError(operation, path, .system(errno))
}

/// Calls again for as long as a signal interrupts.
func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        guard result == -1, errno == EINTR else { return result }
    }
}
