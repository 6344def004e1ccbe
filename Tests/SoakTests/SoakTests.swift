import Foundation
import Spawning
import Testing

/// The short form of `make soak`: the same program for two minutes.
@Suite(
    "herald under churn and faults",
    .enabled(
        if: geteuid() == 0, "NOT RUN: the lab makes network namespaces, which needs root; nothing of it was checked"))
struct SoakTests {
    @Test("model and world agree after each calm, for a time", .timeLimit(.minutes(5)))
    func short() throws {
        let seed = ProcessInfo.processInfo.environment["HERALD_SOAK_SEED"] ?? "\(UInt64.random(in: 1...999_999))"
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent("herald-soak").path
        let log = FileManager.default.temporaryDirectory.path + "/herald-soak-\(seed).log"
        let status = try Program(
            program, ["--seed", seed, "--seconds", "90", "--services", "60", "--round", "15"], log: log
        ).wait()
        let text = try String(contentsOfFile: log, encoding: .utf8)
        print(
            text.split(separator: "\n").filter { $0.contains("seed ") || $0.contains("calm ") }.joined(separator: "\n"))
        if status != 0 {
            // The end of the log tells what led there, and not what is wrong.
            let wrong = text.split(separator: "\n").drop { !$0.contains("VIOLATION with") }
            print(wrong.prefix(40).joined(separator: "\n"))
        }
        #expect(status == 0, "seed \(seed), set HERALD_SOAK_SEED to run it again:\n\(text.suffix(20_000))")
        if status == 0 { try FileManager.default.removeItem(atPath: log) }
    }
}
