import Testing
import YAML

struct SurrogateTests {
    private func text(_ source: String) throws -> String? {
        try Parser.parse(Array(source.utf8)).first?.root.scalar?.text
    }

    @Test(
        "a surrogate pair in double quotes is one character",
        arguments: [
            (#""\ud83d\ude00""#, "😀"), (#""a\uD83D\uDE00b""#, "a😀b"), (#""\udBfF\uDfFf""#, "\u{10FFFF}"),
            (#""\ud83d\ude00\ue83d""#, "😀\u{E83D}"), (#""\\ud83d \ud83d\ude00""#, #"\ud83d 😀"#),
            (#""\\\ud83d\ude00""#, #"\😀"#), ("\"\u{E83D}\\ud83d\\ude00\"", "\u{E83D}😀"),
            (#""\U0000e83d\ud83d\ude00""#, "\u{E83D}😀"),
        ])
    func pairs(source: String, expected: String) throws {
        #expect(try text(source) == expected)
    }

    @Test(
        "where escapes mean nothing the text stays as written",
        arguments: [
            (#"'\ud83d\uDE00'"#, #"\ud83d\uDE00"#), (#"x\ud83d"#, #"x\ud83d"#), ("|\n  \\ud83d\n", "\\ud83d\n"),
        ])
    func literal(source: String, expected: String) throws {
        #expect(try text(source) == expected)
    }

    @Test(
        "half a pair is an error", arguments: [#"["\ud83d"]"#, #"["\ude00"]"#, #"["\ud83d x"]"#, #"["\ud83d\ud83d"]"#])
    func halves(source: String) {
        let errors = Parser.read(Array(source.utf8)).documents.flatMap(\.errors)
        #expect(errors.map(\.mark) == [Mark(line: 1, column: 2)])
    }

    @Test("columns after an escaped pair are those of the text")
    func columns() throws {
        let root = try Parser.parse(Array(#"{"a": "\ud83d\ude00", b: 1}"#.utf8))[0].root
        #expect(root["b"]?.mark == Mark(line: 1, column: 26))
    }

    @Test("a text that uses every letter is refused")
    func exhausted() {
        let source = #"["\ue800 \uc800 \ub800 \ua800 \uf800 \ud83d\ude00"]"#
        #expect(Parser.read(Array(source.utf8)).errors.map(\.what) == ["the escape names no character"])
    }
}
