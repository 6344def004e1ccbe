import Testing

@testable import Kubernetes

@Suite("Lines of a stream")
struct LineReaderTests {
    @Test("the same lines come out wherever the stream is cut", arguments: 0..<12 as Range<Int>)
    func cuts(position: Int) throws {
        let stream = Array("ab\n\ncde\nf\ngh".utf8)
        var reader = LineReader(limit: 3)
        var lines = try reader.read(Array(stream[..<position]))
        lines += try reader.read(Array(stream[position...]))
        #expect(lines.map { String(decoding: $0, as: UTF8.self) } == ["ab", "cde", "f"])
    }

    @Test("a line that is too long is refused before it ends")
    func tooLong() {
        var reader = LineReader(limit: 3)
        #expect(throws: LineReader.TooLong.self) { try reader.read(Array("abcd".utf8)) }
        var other = LineReader(limit: 3)
        #expect(throws: LineReader.TooLong.self) {
            _ = try other.read(Array("ab".utf8))
            _ = try other.read(Array("cd\n".utf8))
        }
    }
}
