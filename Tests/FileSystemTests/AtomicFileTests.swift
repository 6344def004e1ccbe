import Glibc
import Testing

@testable import FileSystem

@Suite("Atomic writing")
struct AtomicFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    private func text(_ name: String) throws -> String {
        String(decoding: try BoundedFile.read(directory(name), limit: 1_000_000), as: UTF8.self)
    }

    @Test("a file is made and replaced, with these permissions, and nothing else is left")
    func replaces() throws {
        try AtomicFile.write(Array("one".utf8), to: directory("file"), permissions: 0o666)
        #expect(try text("file") == "one")
        var status = stat()
        #expect(unsafe stat(directory("file"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o666)
        try AtomicFile.write(Array("two".utf8), to: directory("file"), permissions: 0o600)
        #expect(try text("file") == "two")
        #expect(unsafe stat(directory("file"), &status) == 0)
        #expect(status.st_mode & 0o777 == 0o600)
        #expect(try DirectoryListing.names(in: directory.path, limit: 10) == ["file"])
    }

    @Test("a link is replaced, and what it leads to stays")
    func link() throws {
        try directory.write("target", to: "target")
        try directory.link("link", to: "target")
        try AtomicFile.write(Array("new".utf8), to: directory("link"))
        #expect(try text("link") == "new")
        #expect(try text("target") == "target")
    }

    @Test("a failure leaves the old and no temporary file")
    func failure() throws {
        try directory.makeDirectory("taken")
        try directory.write("inside", to: "taken/file")
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: directory("taken")) }
        #expect(try DirectoryListing.names(in: directory.path, limit: 10) == ["taken"])
        let missing = #expect(throws: FileError.self) { try AtomicFile.write([1], to: directory("none/file")) }
        #expect(missing?.isNotFound == true)
        #expect(missing?.path == directory("none/file"))
        #expect(throws: FileError.self) { try AtomicFile.write([1], to: "") }
    }
}
