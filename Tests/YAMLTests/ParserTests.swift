import Testing
import YAML

struct ParserTests {
    private func root(_ text: String, limits: Limits = Limits()) throws -> Node {
        try #require(try Parser.parse(Array(text.utf8), limits: limits).first).root
    }

    @Test("every node and key knows its line and column")
    func marks() throws {
        let root = try root("mode: arp\npools:\n  - name: edge\n    addresses: [a, \"b\"]\n")
        #expect(root.mark == Mark(line: 1, column: 1))
        #expect(root["mode"]?.mark == Mark(line: 1, column: 7))
        let pool = try #require(root["pools"]?.sequence?.first)
        #expect(pool.mark == Mark(line: 3, column: 5))
        #expect(pool.mapping?.entry("addresses")?.key.mark == Mark(line: 4, column: 5))
        #expect(pool["addresses"]?.sequence?.map(\.mark) == [Mark(line: 4, column: 17), Mark(line: 4, column: 20)])
    }

    @Test("keys keep their order, whatever their type")
    func order() throws {
        let mapping = try #require(try root("b: 1\n'a': 2\n1: 3\ntrue: 4\n").mapping)
        #expect(mapping.entries.map(\.key.text) == ["b", "a", "1", "true"])
    }

    @Test("columns count characters, not octets, and a byte order mark counts nothing")
    func columns() throws {
        let root = try root("\u{FEFF}'ключ': [é, 😀, x]")
        #expect(root["ключ"]?.sequence?.last?.mark == Mark(line: 1, column: 16))
    }

    @Test("CRLF and CR end lines as LF does", arguments: ["\n", "\r\n", "\r"])
    func lineEnds(end: String) throws {
        let root = try root(["a: 1", "b: |", "  x", "  y", "c: d"].joined(separator: end))
        #expect(root["b"]?.scalar?.text == "x\ny\n")
        #expect(root["c"]?.mark == Mark(line: 5, column: 4))
    }

    @Test("an empty text has no document, an empty document is null")
    func empty() throws {
        #expect(try Parser.parse([]).isEmpty)
        #expect(try Parser.parse(Array("# nothing\n\n".utf8)).isEmpty)
        #expect(try root("---\n...\n").isNull)
        #expect(try Parser.parse(Array("--- a\n--- b\n---\n".utf8)).count == 3)
    }

    @Test("the five styles are told apart")
    func styles() throws {
        let root = try root("- a\n- 'b'\n- \"c\"\n- |\n  d\n- >\n  e\n  f\n")
        #expect(
            root.sequence?.map { $0.scalar?.style } == [.plain, .singleQuoted, .doubleQuoted, .literal, .folded])
        #expect(root.sequence?.map { $0.scalar?.text } == ["a", "b", "c", "d\n", "e f\n"])
    }

    @Test("JSON is read as it is meant, tabs, escapes and all")
    func json() throws {
        let root = try root("{\n\t\"a\":1,\"b\" : [true,null,-1.5e3],\n\t\"c\":\"\\/ \\u00e9 \\\" \\n\"}")
        #expect(root["a"]?.scalar?.value == .integer(1))
        #expect(root["b"]?.sequence?.map { $0.scalar?.value } == [.boolean(true), .null, .float(-1500)])
        #expect(root["c"]?.scalar?.value == .string("/ é \" \n"))
    }

    @Test("aliases are expanded where that is asked for")
    func aliases() throws {
        let root = try root("a: &x {k: [1, 2]}\nb: *x\nc: &x 5\nd: *x\n", limits: Limits(aliases: .expand(limit: 10)))
        #expect(root["b"] == root["a"])
        #expect(root["d"]?.scalar?.value == .integer(5))
    }

    @Test("documents after a broken one are read, each with its own places")
    func broken() {
        let text = "a: 1\n---\nb: [1\n---\n c: 2\n---\nd: d: d\n...\n---\ne: 'x\n---\nf: 3\nf: 4\n"
        let stream = Parser.read(Array(text.utf8))
        #expect(
            stream.documents.map { $0.root.mapping?.entries.map(\.key.text) } == [["a"], ["c"], ["f"]])
        #expect(stream.documents.map(\.root.mark.line) == [1, 5, 12])
        #expect(stream.errors.map(\.mark) == [(3, 4), (7, 5), (10, 4)].map { Mark(line: $0.0, column: $0.1) })
        #expect(stream.documents.map(\.errors.count) == [0, 0, 1])
    }

    @Test("a broken document does not take the one before it along", arguments: ["@", "[", "'", "\t-", "a: b: c", "%"])
    func before(broken: String) {
        let stream = Parser.read(Array("a: 1\n---\n\(broken)\n--- x\n".utf8))
        #expect(stream.documents.count == 2)
        #expect(stream.errors.count == 1)
    }

    @Test("bytes that are not text end the stream, and what is complete before them is returned")
    func brokenBytes() {
        let stream = Parser.read(Array("a: 1\n---\nb: 2\n".utf8) + [0xFF] + Array("\n---\nc: 3".utf8))
        #expect(stream.documents.map { $0.root["a"] != nil } == [true])
        #expect(stream.errors.map(\.mark) == [Mark(line: 4, column: 1)])
    }
}
