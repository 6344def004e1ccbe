import Testing
import YAML

struct LimitTests {
    private func what(_ text: String, _ limits: Limits) -> String? {
        do throws(YAMLError) {
            _ = try Parser.parse(Array(text.utf8), limits: limits)
            return nil
        } catch {
            return error.what
        }
    }

    @Test("a text of more octets than allowed is not read")
    func octets() {
        #expect(what("a: b", Limits(octets: 4)) == nil)
        #expect(what("a: bc", Limits(octets: 4)) == "the text has 5 octets, more than 4")
    }

    @Test("nesting ends at the limit, without a stack overflow", arguments: ["[", "{a: ", "- ", "? "])
    func depth(opening: String) {
        #expect(what(String(repeating: opening, count: 100_000), Limits()) == "values are nested more than 100 deep")
    }

    @Test("the deepest tree that is allowed can be compared, hashed and let go")
    func deepest() throws {
        let depth = Limits.deepest
        let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        let limits = Limits(depth: .max)
        let roots = try (0..<2).map { _ in try Parser.parse(Array(text.utf8), limits: limits)[0].root }
        #expect(Set(roots).count == 1)
        #expect(what("[\(text)]", limits) == "values are nested more than 500 deep")
    }

    @Test("values and documents are counted over the whole text")
    func counts() {
        #expect(what("[1, 2, 3]", Limits(nodes: 4)) == nil)
        #expect(what("[1, 2]\n---\n[3]", Limits(nodes: 4)) == "there are more than 4 values")
        #expect(what("--- 1\n--- 2\n", Limits(documents: 2)) == nil)
        #expect(what("--- 1\n--- 2\n--- 3\n", Limits(documents: 2)) == "there are more than 2 documents")
    }

    @Test("aliases of aliases are bounded by what they stand for")
    func laughs() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            let aliases = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(aliases)]\n"
        }
        #expect(what(text, Limits(aliases: .expand(limit: 10_000))) == "aliases stand for more than 10000 values")
        #expect(what("a: &a [[[1]]]\nb: [*a]", Limits(depth: 4, aliases: .expand(limit: 100))) != nil)
        #expect(what("a: &a [[[1]]]\nb: [*a]", Limits(depth: 5, aliases: .expand(limit: 100))) == nil)
    }

    @Test("reading ends after twenty broken documents")
    func manyErrors() {
        let text = String(repeating: "---\na: [\n", count: 10_000)
        #expect(Parser.read(Array(text.utf8)).errors.count == Parser.Stream.mostErrors)
    }
}
