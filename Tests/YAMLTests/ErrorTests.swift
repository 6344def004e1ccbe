import Testing
import YAML

struct ErrorTests {
    private func error(_ text: String, limits: Limits = Limits()) -> String {
        do throws(YAMLError) {
            _ = try Parser.parse(Array(text.utf8), limits: limits)
            return "no error"
        } catch {
            return "\(error.mark.line):\(error.mark.column): \(error.what)"
        }
    }

    @Test(
        "a syntax error says where and what",
        arguments: [
            ("a: b: c", "1:5: a ':' is not expected here"),
            ("a: 1\n\tb: 2", "2:1: a tab is used for indentation"),
            ("a:\n  b: 1\n c: 2", "3:2: this does not belong to the mapping above"),
            ("a: [1, 2", "1:4: the list that begins here is not complete at line 2, column 1"),
            ("a: {b: 1\nc: 2", "1:4: the mapping that begins here is not complete at line 2, column 2"),
            ("a: \"x\nb: 2\n", "1:4: the quoted text is never closed"),
            ("a: 'x\n---\nb: 2\n", "1:4: the quoted text is never closed"),
            ("a: @x", "1:4: a value cannot begin with '@'"),
            ("a: %x", "1:4: a value cannot begin with '%'"),
            ("- a\nb: c", "2:1: this does not belong to the list above"),
            ("a: \"\\q\"", "1:5: this escape is not known"),
            ("a: \"\\u12\"", "1:7: the escape is not complete"),
            ("a: \"\\U00110000\"", "1:7: the escape names no character"),
            ("a: - b", "1:4: a list cannot begin here"),
            ("a: &", "1:5: the name after '&' or '*' is missing"),
            ("a: |x\n y", "1:5: text follows '|' or '>'"),
            ("a: !x!y 1", "1:4: the tag's prefix is not known"),
            ("%YAML 3.0\n---\na", "1:1: this version of YAML is not known"),
            ("a\nb: 1", "2:2: a ':' is not expected here"),
            ("a: 1\nb\n", "3:1: there is no ':' after this key"),
        ])
    func syntax(text: String, expected: String) {
        #expect(error(text) == expected)
    }

    @Test(
        "what is valid YAML but means two things is an error",
        arguments: [
            ("a: 1\nb: 2\n\"a\": 3", "3:1: key 'a' is written twice, first at line 1, column 1"),
            ("[a]: 1", "1:1: a list or mapping cannot be a key"),
            ("?\n: 1", "1:2: the key is missing"),
            ("a: {<<: 1}", "1:5: merge keys are not read"),
            ("a: !x 1", "1:4: tag '!x' is not known for this value"),
            ("a: !!binary 1", "1:4: tag 'tag:yaml.org,2002:binary' is not known for this value"),
            ("a: !!int x", "1:4: 'x' is not what its tag says"),
            ("a: !!seq {}", "1:4: tag 'tag:yaml.org,2002:seq' is not known for this value"),
            ("a: &x 1", "1:4: anchor '&x' is not allowed here"),
            ("a: *x", "1:4: alias '*x' is not allowed here"),
        ])
    func meaning(text: String, expected: String) {
        #expect(error(text) == expected)
    }

    @Test("aliases that mean nothing are errors where aliases are read")
    func aliases() {
        let limits = Limits(aliases: .expand(limit: 100))
        #expect(error("a: *x\nb: &x 1", limits: limits) == "1:4: alias '*x' has no anchor before it")
        #expect(error("a: &x [*x]", limits: limits) == "1:8: alias '*x' stands for a value that holds it")
        #expect(error("--- &x 1\n--- *x", limits: limits) == "2:5: alias '*x' has no anchor before it")
    }

    @Test(
        "octets that are not text are found before anything else",
        arguments: [
            ([0x61, 0x3A, 0x20, 0xC0, 0x80], "1:4: octet 0xC0 is not UTF-8"),
            ([0x61, 0x0A, 0xED, 0xA0, 0x80], "2:1: octet 0xED is not UTF-8"),
            ([0xF4, 0x90, 0x80, 0x80], "1:1: octet 0xF4 is not UTF-8"),
            ([0xE2, 0x82], "1:1: octet 0xE2 is not UTF-8"),
            ([0x61, 0x00], "1:2: a zero octet is not text"),
            ([0xFF, 0xFE, 0x61, 0x00], "1:1: the text is UTF-16"),
            ([0xFE, 0xFF, 0x00, 0x61], "1:1: the text is UTF-16"),
            ([0x61, 0xEF, 0xBB, 0xBF], "1:2: a byte order mark is inside the text"),
            ([0x61, 0xE2, 0x80, 0xA8], "1:2: the line separator U+2028 is not allowed"),
            ([0x61, 0x1B], "1:2: the character U+001B is not allowed"),
            ([0x61, 0x0D, 0x0A, 0x7F], "2:1: the character U+007F is not allowed"),
        ] as [([UInt8], String)])
    func octets(bytes: [UInt8], expected: String) throws {
        let errors = Parser.read(bytes).errors
        #expect(errors.map { "\($0.mark.line):\($0.mark.column): \($0.what)" } == [expected])
    }

    @Test("names from a file cannot carry control characters into a message")
    func hostileNames() {
        #expect(quoted("a\u{1B}[31m\u{202E}b") == "'a\\u{1b}[31m\\u{202e}b'")
        #expect(quoted(String(repeating: "x", count: 100)).count == 63)
    }
}
