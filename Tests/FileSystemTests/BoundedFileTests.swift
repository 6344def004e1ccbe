import Glibc
import Testing

@testable import FileSystem

@Suite("Bounded reading", .timeLimit(.minutes(1)))
struct BoundedFileTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("a file up to the limit is read, one octet more is an error")
    func limit() throws {
        try directory.write("12345", to: "file")
        #expect(try BoundedFile.read(directory("file"), limit: 5) == Array("12345".utf8))
        let error = #expect(throws: FileError.self) { _ = try BoundedFile.read(directory("file"), limit: 4) }
        #expect(error?.description == "cannot read \(directory("file")): it is larger than the limit of 4 octets")
    }

    @Test("an empty file is empty, and a large one whole")
    func sizes() throws {
        try directory.write("", to: "empty")
        #expect(try BoundedFile.read(directory("empty"), limit: 0) == [])
        try directory.write(String(repeating: "x", count: 200_000), to: "large")
        #expect(try BoundedFile.read(directory("large"), limit: 1_000_000).count == 200_000)
    }

    @Test("a file whose size the kernel does not name is read, and bounded")
    func unsized() throws {
        #expect(try !BoundedFile.read("/proc/self/status", limit: 100_000).isEmpty)
        #expect(throws: FileError.self) { _ = try BoundedFile.read("/proc/self/status", limit: 10) }
    }

    @Test("links are followed to the file")
    func links() throws {
        try directory.write("text", to: "file")
        try directory.link("link", to: "file")
        #expect(try BoundedFile.read(directory("link"), limit: 10) == Array("text".utf8))
    }

    @Test("FIFOs, devices and directories are refused at once")
    func special() throws {
        _ = unsafe mkfifo(directory("fifo"), 0o644)
        for (path, kind) in [(directory("fifo"), "FIFO"), ("/dev/zero", "device"), (directory.path, "directory")] {
            let refused = #expect(throws: FileError.self) { _ = try BoundedFile.read(path, limit: 10) }
            #expect(refused?.reason == .notARegularFile(kind))
        }
    }

    @Test("a missing file says so")
    func missing() {
        let error = #expect(throws: FileError.self) { _ = try BoundedFile.read(directory("none"), limit: 10) }
        #expect(error?.isNotFound == true)
        #expect(error?.description == "cannot read \(directory("none")): No such file or directory")
    }
}

@Suite("Directory listing")
struct DirectoryListingTests {
    @Test("names come in the order of their octets")
    func order() throws {
        let directory = try TemporaryDirectory()
        for name in ["b", "B", "a", "ä", ".hidden", "a.yaml"] { try directory.write("", to: name) }
        let names = try DirectoryListing.names(in: directory.path, limit: 6)
        #expect(names == [".hidden", "B", "a", "a.yaml", "b", "ä"])
    }

    @Test("too many entries, and what is no directory, are errors")
    func errors() throws {
        let directory = try TemporaryDirectory()
        for name in ["a", "b"] { try directory.write("", to: name) }
        let many = #expect(throws: FileError.self) { try DirectoryListing.names(in: directory.path, limit: 1) }
        #expect(many?.reason == .tooManyEntries(limit: 1))
        let file = #expect(throws: FileError.self) { try DirectoryListing.names(in: directory("a"), limit: 1) }
        #expect(file?.isNotFound == true)
    }
}
