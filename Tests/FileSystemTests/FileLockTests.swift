import FileSystem
import Testing

@Suite("File locks")
struct FileLockTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    @Test("a directory and a network namespace are locked by one holder, until it goes out of scope")
    func onlyOne() throws {
        for path in [directory.path, "/proc/self/ns/net"] {
            let isTaken = try take(path, twice: true)
            #expect(isTaken == [true, false])
            let isTakenAgain = try take(path, twice: false)
            #expect(isTakenAgain == [true])
        }
    }

    private func take(_ path: String, twice: Bool) throws -> [Bool] {
        let first = try FileLock.take(path)
        let isFirst = first != nil
        guard twice else { return [isFirst] }
        let second = try FileLock.take(path)
        let isSecond = second != nil
        _ = consume first
        _ = consume second
        return [isFirst, isSecond]
    }

    @Test("what is not there cannot be locked")
    func missing() {
        #expect(throws: FileError.self) { _ = try FileLock.take(directory("missing")) }
    }
}
