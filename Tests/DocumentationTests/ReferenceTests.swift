import Configuration
import FoundationEssentials
import Testing

/// The README's reference is what the schema says. To write it anew: HERALD_WRITE_REFERENCE=1 swift test --filter Reference
@Suite("Documentation")
struct ReferenceTests {
    private static let begin = "<!-- reference: begin -->\n"
    private static let end = "<!-- reference: end -->"
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    @Test("README's configuration reference lists every key as the schema has it")
    func reference() throws {
        let path = Self.root + "/README.md"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let start = try #require(text.firstRange(of: Self.begin)?.upperBound)
        let stop = try #require(text.firstRange(of: Self.end)?.lowerBound)
        if ProcessInfo.processInfo.environment["HERALD_WRITE_REFERENCE"] != nil {
            let new = text[..<start] + Self.table() + text[stop...]
            try String(new).write(toFile: path, atomically: true, encoding: .utf8)
        } else {
            #expect(String(text[start..<stop]) == Self.table())
        }
    }

    @Test("every configuration in examples and README can be used")
    func examples() throws {
        var count = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: Self.root + "/examples")
        where path.hasSuffix("herald.yaml") {
            let bytes = Array(try Data(contentsOf: URL(filePath: "\(Self.root)/examples/\(path)")))
            #expect(throws: Never.self) { try Configuration.parse(bytes, file: path) }
            count += 1
        }
        let readme = try String(contentsOfFile: Self.root + "/README.md", encoding: .utf8)
        for block in readme.split(separator: "```yaml\n").dropFirst() where block.hasPrefix("mode:") {
            let text = block.split(separator: "```").first ?? ""
            #expect(throws: Never.self) { try Configuration.parse(Array(text.utf8), file: "README.md") }
            count += 1
        }
        #expect(count >= 2)
    }

    private static func table() -> String {
        var lines = ["| key | what | default |", "| --- | --- | --- |"]
        for entry in Configuration.reference {
            let initial = entry.isRequired ? "required" : entry.default.map { "`\($0)`" } ?? entry.otherwise ?? ""
            lines.append("| `\(entry.path)` | \(cell(entry.documentation)) (\(cell(entry.type))) | \(initial) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func cell(_ text: String) -> String {
        text.replacing("|", with: "\\|")
    }
}
