import Configuration
import Importing
import YAML

extension FuzzTarget {
    /// What `herald import` reads, and what it makes of it.
    static let imported = FuzzTarget("import", seeds: ImportSeeds.files) { octets in
        let stream = Parser.read(octets)
        guard stream.errors.isEmpty else { return }
        let imported = Importer.convert(stream.documents)
        hold(Importer.convert(stream.documents) == imported, "the same objects are the same configuration")
        hold(!hasControls(imported.text, but: ["\n"]), "nothing that is printed controls a terminal")
        // YAML looks for the end of a key no further than 1,024 characters.
        let isLong = imported.text.split(separator: "\n").contains { $0.utf8.count >= 1_024 }
        hold(Parser.read(Array(imported.text.utf8)).errors.isEmpty || isLong, "what is printed has a tree")
        do throws(ProblemList) {
            _ = try Configuration.parse(Array(imported.text.utf8), file: "what was printed")
        } catch {
            hold(!"\(error)".isEmpty, "a refusal says why")
        }
    }

    private static func hasControls(_ text: String, but allowed: Set<Unicode.Scalar>) -> Bool {
        text.unicodeScalars.contains { scalar in
            let isControl = scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
            return isControl && !allowed.contains(scalar)
        }
    }
}
