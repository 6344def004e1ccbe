import FoundationEssentials

/// Gives decoders what no peer should send.
///
/// Built by `scripts/fuzz`, with libFuzzer inside. Without it, `herald-fuzz TARGET CORPUS SECONDS SEED FILE` gives the
/// inputs of a folder again, and then mutants of them for so long; the one that ended the process is in the file.
@main
struct Main {
    static func main() throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 2, let target = FuzzTarget.all.first(where: { $0.name == arguments[1] }) else {
            print("usage: herald-fuzz TARGET CORPUS [OPTION…]   with TARGET one of")
            for target in FuzzTarget.all { print("  \(target.name)") }
            return
        }
        let folder = arguments.count > 2 ? arguments[2] : ""
        #if FUZZER
            let corpus = try corpus(of: target, in: folder)
            LibFuzzer.run(target, arguments: [arguments[0]] + corpus + arguments.dropFirst(3))
        #else
            let kept = try inputs(in: folder)
            let seconds = arguments.count > 3 ? Int(arguments[3]) ?? 0 : 0
            var fuzzer = MutationFuzzer(target, seed: UInt64(arguments.count > 4 ? arguments[4] : "") ?? 1, kept: kept)
            let path = arguments.count > 5 ? arguments[5] : ""
            let count = try fuzzer.run(for: .seconds(seconds), keepingIn: path)
            print("\(target.name): \(count) inputs in \(seconds) s, and every kept one, were taken")
        #endif
    }

    /// The folder, with the target's seeds in it.
    private static func corpus(of target: FuzzTarget, in folder: String) throws -> [String] {
        guard !folder.isEmpty else { return [] }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (number, seed) in target.seeds.enumerated() {
            try Data(seed).write(to: URL(fileURLWithPath: "\(folder)/seed-\(number)"))
        }
        return [folder]
    }

    private static func inputs(in folder: String) throws -> [[UInt8]] {
        guard !folder.isEmpty else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map {
            Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)")))
        }
    }
}
