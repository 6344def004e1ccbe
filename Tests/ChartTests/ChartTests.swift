import FoundationEssentials
import Spawning
import Testing

/// Real Helm, Kubernetes' own schemas and herald itself look at what the chart renders to; see `scripts/chart`.
@Suite("Chart")
struct ChartTests {
    private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
        .joined(separator: "/")

    @Test("the chart renders, over a matrix of values, to what Kubernetes and herald accept")
    func renders() throws {
        let log = FileManager.default.temporaryDirectory.appending(
            path: "herald-chart-\(UInt64.random(in: 0 ... .max))")
        defer { try? FileManager.default.removeItem(at: log) }
        // Made by scripts/install --tests.
        let python = "\(Self.root)/.build/python/bin/python"
        try #require(FileManager.default.fileExists(atPath: python), "run: scripts/install --tests")
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let herald = own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/herald"
        let status = try Program(
            python, ["\(Self.root)/scripts/chart", "check", Self.root, herald], log: log.path()
        ).wait()
        let output = try String(contentsOf: log, encoding: .utf8)
        #expect(status == 0, "\(output)")
        #expect(output.contains(" checks, 0 problems"), "\(output)")
    }
}
