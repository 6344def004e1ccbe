import CLinux
import Glibc

@testable import FileSystem

/// A directory for one test, removed with all that is in it.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/herald-test-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw FileError("make", "/tmp", .system(errno)) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    deinit { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        for name in (try? DirectoryListing.names(in: path, limit: 1000)) ?? [] { removeAll("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    func write(_ text: String, to name: String) throws {
        let file = try OpenFile(self(name), flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o644, for: "write")
        try check(unsafe Glibc.write(file.number, text, text.utf8.count), "write", self(name))
    }

    func makeDirectory(_ name: String) throws {
        try check(unsafe mkdir(self(name), 0o755), "make", self(name))
    }

    func link(_ name: String, to target: String) throws {
        try check(unsafe symlink(target, self(name)), "link", self(name))
    }

    func rename(_ name: String, to new: String) throws {
        try check(unsafe Glibc.rename(self(name), self(new)), "rename", self(name))
    }

    func remove(_ name: String) throws {
        try check(unsafe Glibc.remove(self(name)), "remove", self(name))
    }
}
