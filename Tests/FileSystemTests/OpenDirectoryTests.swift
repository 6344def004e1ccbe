import Glibc
import Testing

@testable import FileSystem

@Suite("Open directories and stamps", .timeLimit(.minutes(1)))
struct OpenDirectoryTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("missing directories are made, files written, read, renamed and removed", arguments: [true, false])
    func life(isDurable: Bool) throws {
        let open = try OpenDirectory(directory("a/b/c"), creating: true)
        try open.write(Array("one".utf8), as: "file", permissions: 0o600, isDurable: isDurable)
        try open.write(Array("two".utf8), as: "file", isDurable: isDurable)
        try open.synchronise()
        let contents = try open.read("file", limit: 3)
        #expect(contents == Array("two".utf8))
        #expect(throws: FileError.self) { _ = try open.read("file", limit: 2) }
        try open.rename("file", to: "other")
        let others = try open.names(limit: 10)
        #expect(others == ["other"])
        let parent = try OpenDirectory(directory("a/b"))
        let isGone = parent.removeIfEmpty("c")
        #expect(!isGone)
        try open.remove("other")
        try open.remove("other")
        let isGoneNow = parent.removeIfEmpty("c")
        #expect(isGoneNow)
        let names = try parent.names(limit: 10)
        #expect(names == [])
    }

    @Test("many files are written together, and one that fails leaves the others", arguments: [true, false])
    func batch(isDurable: Bool) throws {
        try directory.makeDirectory("taken")
        try directory.write("inside", to: "taken/file")
        let open = try OpenDirectory(directory.path)
        let names = (0..<300).map { "file-\($0)" }
        let drafts = (names + ["taken", "../out"]).map {
            OpenDirectory.Draft(name: $0, contents: Array($0.utf8), isDurable: isDurable)
        }
        #expect(Set(open.write(drafts).keys) == ["taken", "../out"])
        for name in names { #expect(try open.read(name, limit: 100) == Array(name.utf8)) }
        #expect(Set(try open.names(limit: 1000)) == Set(names + ["taken"]))
    }

    @Test("no link is followed and no name leads out")
    func confinement() throws {
        try directory.makeDirectory("inside")
        try directory.makeDirectory("outside")
        try directory.write("secret", to: "outside/file")
        try directory.link("inside/link", to: "../outside")
        try directory.link("inside/file", to: "../outside/file")
        let open = try OpenDirectory(directory("inside"))
        #expect(throws: FileError.self) { _ = try open.read("file", limit: 100) }
        #expect(throws: FileError.self) { _ = try open.directory("link") }
        #expect(throws: FileError.self) { _ = try open.directory("link", creating: true) }
        for name in ["..", ".", "", "../outside/file", "a/b", "a\0b"] {
            #expect(throws: FileError.self) { _ = try open.read(name, limit: 100) }
            #expect(throws: FileError.self) { try open.write([1], as: name, isDurable: false) }
            #expect(throws: FileError.self) { try open.remove(name) }
            #expect(throws: FileError.self) { try open.rename("file", to: name) }
            let isGone = open.removeIfEmpty(name)
            #expect(!isGone)
        }
        try open.write(Array("new".utf8), as: "file", isDurable: true)
        #expect(try BoundedFile.read(directory("outside/file"), limit: 100) == Array("secret".utf8))
        let contents = try open.read("file", limit: 100)
        #expect(contents == Array("new".utf8))
    }

    @Test("a failure leaves the old and no temporary file")
    func failure() throws {
        try directory.makeDirectory("taken")
        try directory.write("inside", to: "taken/file")
        let open = try OpenDirectory(directory.path)
        #expect(throws: FileError.self) { try open.write([1], as: "taken", isDurable: true) }
        let names = try open.names(limit: 10)
        #expect(names == ["taken"])
    }

    @Test("what cut writings left is removed, and nothing else")
    func leftovers() throws {
        for name in [".herald-1.tmp", ".herald-zz.tmp", ".herald-1", "1.tmp", "file"] {
            try directory.write("left", to: name)
        }
        try directory.makeDirectory("inside")
        let open = try OpenDirectory(directory.path)
        try open.removeTemporaries(limit: 10)
        let names = try open.names(limit: 10)
        #expect(names == [".herald-1", "1.tmp", "file", "inside"])
    }

    @Test("a stamp vouches for contents only when nothing changed and it was taken some time after the last change")
    func stamps() throws {
        try directory.write("one", to: "file")
        let fresh = try FileStamp(of: directory("file"))
        #expect(try !FileStamp(of: directory("file")).promisesContents(of: fresh))
        var former = fresh
        var isVouchedFor = false
        while !isVouchedFor {
            let stamp = try FileStamp(of: directory("file"))
            isVouchedFor = stamp.promisesContents(of: former)
            former = stamp
        }
        try directory.write("two", to: "file")
        #expect(try !FileStamp(of: directory("file")).promisesContents(of: former))
        #expect(throws: FileError.self) { try FileStamp(of: directory("none")) }
    }
}
