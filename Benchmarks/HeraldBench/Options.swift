import FoundationEssentials
import Glibc

/// What the command line says.
struct Options {
    /// A word that is none of the options.
    struct Misuse: Error, CustomStringConvertible {
        let description: String
    }

    /// The binary that is measured; by default the one beside this program.
    var herald: String
    var output = "bench-results/bench.json"
    /// Only parts with this in their title.
    var only = ""

    static let usage = "usage: herald-bench [--herald PATH] [--output FILE] [--only TEXT]"

    init(_ words: ArraySlice<String>) throws {
        herald = Self.beside("herald")
        var words = words
        while let word = words.popFirst() {
            guard let value = words.popFirst() else {
                throw Misuse(description: "'\(word)' has no value; \(Self.usage)")
            }
            switch word {
            case "--herald": herald = value
            case "--output": output = value
            case "--only": only = value
            default: throw Misuse(description: "'\(word)' is no option; \(Self.usage)")
            }
        }
        guard let found = unsafe realpath(herald, nil) else {
            throw Misuse(description: "there is no '\(herald)'; build it by  make release  or name another by --herald")
        }
        herald = unsafe String(cString: found)
        unsafe free(found)
    }

    static func beside(_ name: String) -> String {
        guard let own = unsafe realpath("/proc/self/exe", nil) else { return name }
        defer { unsafe free(own) }
        return unsafe String(cString: own).split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/\(name)"
    }
}
