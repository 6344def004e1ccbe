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
    /// A README that gets the table, too; empty: none.
    var readme = ""
    /// Only parts with this in their title.
    var only = ""
    /// Only kinds of failure with this in their name.
    var blow = ""
    /// What is measured: `node`, `failover` or `figures`.
    var suite = "node"
    /// How often each kind of failure is tried.
    var runs = 20
    /// After so many, no further kind of failure is begun.
    var minutes = 90
    /// How long nodes must stay calm with every core busy.
    var calmSeconds = 60

    static let usage = """
        usage: herald-bench [--suite node|failover|figures] [--herald PATH] [--output FILE] [--only TEXT] \
        [--readme FILE] [--runs N] [--blow TEXT] [--calm-seconds N] [--minutes N]
        """

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
            case "--readme": readme = value
            case "--only": only = value
            case "--blow": blow = value
            case "--suite" where ["node", "failover", "figures"].contains(value): suite = value
            case "--runs": runs = try Self.count(value, of: word)
            case "--minutes": minutes = try Self.count(value, of: word)
            case "--calm-seconds": calmSeconds = try Self.count(value, of: word)
            default: throw Misuse(description: "'\(word)' is no option; \(Self.usage)")
            }
        }
        guard let found = unsafe realpath(herald, nil) else {
            throw Misuse(description: "there is no '\(herald)'; build it by  make release  or name another by --herald")
        }
        herald = unsafe String(cString: found)
        unsafe free(found)
    }

    private static func count(_ text: String, of option: String) throws -> Int {
        guard let number = Int(text), (1...100_000).contains(number) else {
            throw Misuse(description: "'\(text)' is no number for \(option); \(usage)")
        }
        return number
    }

    static func beside(_ name: String) -> String {
        guard let own = unsafe realpath("/proc/self/exe", nil) else { return name }
        defer { unsafe free(own) }
        return unsafe String(cString: own).split(separator: "/").dropLast().map { "/\($0)" }.joined() + "/\(name)"
    }
}
