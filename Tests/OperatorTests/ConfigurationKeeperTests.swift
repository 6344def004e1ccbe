import Configuration
import Foundation
import IPAM
import LoadBalancing
import Logging
import NIOConcurrencyHelpers
import Testing

@testable import FileSystem
@testable import Operator

@Suite("The configuration file while it runs", .timeLimit(.minutes(1)))
struct ConfigurationKeeperTests {
    private let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keeper-\(UUID().uuidString)")
    private var file: String { folder.appendingPathComponent("herald.yaml").path }

    private func text(_ pool: String, mode: String = "arp") -> String {
        "mode: \(mode)\npools: [{name: \(pool), addresses: [192.0.2.0/28]}]\n"
    }

    private func write(_ text: String, as path: String? = nil) throws {
        try Data(text.utf8).write(to: URL(fileURLWithPath: path ?? file))
    }

    /// Runs a keeper that was given `first` though the file may say something else by now.
    private func withKeeper(
        given first: String, watching: ConfigurationKeeper.Watching = .init(),
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        apply: @escaping ConfigurationKeeper.Apply = { _, _ in [] },
        _ body: (ConfigurationKeeper) async throws -> Void
    ) async throws {
        let keeper = ConfigurationKeeper(
            file: file, parsed: try Configuration.parse(Array(first.utf8), file: file), watching: watching,
            logger: logger, apply: apply)
        let run = Task { try await keeper.run() }
        do { try await body(keeper) } catch {
            run.cancel()
            throw error
        }
        run.cancel()
        _ = await run.result
        try? FileManager.default.removeItem(at: folder)
    }

    private func eventually(_ isSo: () async -> Bool) async throws -> Bool {
        for _ in 0..<1000 {
            if await isSo() { return true }
            try await Task.sleep(for: .milliseconds(10))
        }
        return false
    }

    private func prepare() throws {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    @Test("a change between the first reading and the watch is seen")
    func early() async throws {
        try prepare()
        try write(text("new"))
        try await withKeeper(given: text("old")) { keeper in
            let isSeen = try await eventually { await keeper.state.parsed.text.contains("new") }
            #expect(isSeen)
        }
    }

    @Test("where nothing can be watched the file is read now and then, until it can be")
    func unwatched() async throws {
        try prepare()
        try write(text("first"))
        let isExhausted = NIOLockedValueBox(true)
        let watching = ConfigurationKeeper.Watching(
            watch: { file in
                if isExhausted.withLockedValue({ $0 }) { throw FileError("watch", file, .system(EMFILE)) }
                return try FileWatcher(paths: [file])
            }, interval: .milliseconds(50))
        try await withKeeper(given: text("first"), watching: watching) { keeper in
            for name in ["second", "third"] {
                try write(text(name))
                #expect(try await eventually { await keeper.state.parsed.text.contains(name) })
            }
            isExhausted.withLockedValue { $0 = false }
            try await Task.sleep(for: .milliseconds(200))
            try write(text("fourth"))
            #expect(try await eventually { await keeper.state.parsed.text.contains("fourth") })
        }
    }

    @Test("of a hundred changes in a second the last is in force, whatever came in between")
    func storm() async throws {
        try prepare()
        try write(text("p"))
        try await withKeeper(given: text("p")) { keeper in
            for number in 0..<100 {
                try write(number % 3 == 0 ? "mode: [" : text("p\(number)", mode: number % 2 == 0 ? "none" : "bgp"))
                try await Task.sleep(for: .milliseconds(10))
            }
            try write(text("last"))
            #expect(try await eventually { await keeper.state.parsed.text.contains("last") })
            #expect(try await eventually { await keeper.state.rejected == nil })
        }
    }

    @Test("a file that goes, or becomes a directory, a link to itself or empty, leaves the former in force")
    func gone() async throws {
        try prepare()
        try write(text("first"))
        try await withKeeper(given: text("first")) { keeper in
            let files = FileManager.default
            try files.removeItem(atPath: file)
            #expect(try await eventually { await keeper.state.rejected?.contains("No such file") == true })
            try files.createDirectory(atPath: file, withIntermediateDirectories: false)
            #expect(try await eventually { await keeper.state.rejected?.contains("directory") == true })
            try files.removeItem(atPath: file)
            try files.createSymbolicLink(atPath: file, withDestinationPath: file)
            #expect(try await eventually { await keeper.state.rejected?.contains("symbolic links") == true })
            try files.removeItem(atPath: file)
            try write("")
            #expect(try await eventually { await keeper.state.rejected?.contains("says nothing") == true })
            #expect(await keeper.state.parsed.text.contains("first"))
            try write(text("second"))
            #expect(try await eventually { await keeper.state.parsed.text.contains("second") })
            #expect(await keeper.state.rejected == nil)
        }
    }

    @Test("a file that is read while an older one is put in force comes after it")
    func slow() async throws {
        try prepare()
        try write(text("first"))
        let isHeld = NIOLockedValueBox(true)
        let told = NIOLockedValueBox<[String]>([])
        let apply: ConfigurationKeeper.Apply = { new, _ in
            let name = new.pools.first?.pool.name ?? ""
            told.withLockedValue { $0.append("\(name) begins") }
            while name == "a", isHeld.withLockedValue({ $0 }), !Task.isCancelled {
                try? await Task.sleep(for: .milliseconds(5))
            }
            told.withLockedValue { $0.append("\(name) ends") }
            return []
        }
        try await withKeeper(given: text("first"), apply: apply) { keeper in
            try write(text("a"))
            let asked = Task { await keeper.reload(asked: true) }
            #expect(try await eventually { told.withLockedValue { !$0.isEmpty } })
            try write(text("b"))
            try await Task.sleep(for: .milliseconds(300))
            #expect(told.withLockedValue({ $0 }) == ["a begins"])
            isHeld.withLockedValue { $0 = false }
            await asked.value
            #expect(try await eventually { await keeper.state.parsed.text.contains("name: b,") })
            try await Task.sleep(for: .milliseconds(200))
            #expect(await keeper.state.parsed.text.contains("name: b,"))
            #expect(told.withLockedValue { Array($0.prefix(3)) } == ["a begins", "a ends", "b begins"])
        }
    }

    @Test("what waits for a restart is put in force once, however often the file is looked at")
    func waiting() async throws {
        try prepare()
        try write(text("second"))
        let count = NIOLockedValueBox(0)
        let watching = ConfigurationKeeper.Watching(
            watch: { file in throw FileError("watch", file, .system(EMFILE)) }, interval: .milliseconds(50))
        let apply: ConfigurationKeeper.Apply = { _, _ in
            count.withLockedValue { $0 += 1 }
            return ["source"]
        }
        try await withKeeper(given: text("first"), watching: watching, apply: apply) { keeper in
            #expect(try await eventually { await keeper.state.waiting != nil })
            try await Task.sleep(for: .milliseconds(300))
            #expect(count.withLockedValue({ $0 }) == 1)
            #expect(await keeper.state.rejected == nil)
            #expect(await keeper.state.obstacle == "a change of source takes effect with the next start only")
            try write("mode: [")
            #expect(try await eventually { await keeper.state.rejected != nil })
            #expect(await keeper.state.obstacle?.contains("\na change of source takes effect") == true)
            try write(text("second"))
            #expect(try await eventually { await keeper.state.rejected == nil })
            #expect(await keeper.state.waiting != nil)
        }
    }

    @Test("a warning is logged at the start, and each time that the file is taken")
    func warnings() async throws {
        try prepare()
        let first = text("first", mode: "none") + "arp: {lifetime: 10s}\n"
        try write(first)
        let lines = NIOLockedValueBox<[String]>([])
        let logger = Logger(label: "test") { _ in Recorder(lines: lines) }
        let warning =
            "configuration in force with a warning: \(file):3:1: 'arp' does nothing, since no pool has the mode arp; "
            + "remove it"
        let count: @Sendable () -> Int = { lines.withLockedValue { lines in lines.count { $0 == warning } } }
        try await withKeeper(given: first, logger: logger) { keeper in
            #expect(try await eventually { count() == 1 })
            for number in 2...3 {
                await keeper.reload(asked: true)
                #expect(try await eventually { count() == number })
            }
            try write(text("second"))
            #expect(try await eventually { await keeper.state.parsed.text.contains("second") })
            #expect(count() == 3)
        }
    }
}

/// Keeps the warnings that are logged.
private struct Recorder: LogHandler {
    let lines: NIOLockedValueBox<[String]>
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.trace

    init(lines: NIOLockedValueBox<[String]>) {
        self.lines = lines
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        guard event.level == .warning else { return }
        let parts = ["file", "problem", "cure"].map { key in event.metadata?[key].map { "\($0)" } ?? "" }
        lines.withLockedValue { $0.append("\(event.message): \(parts[0]): \(parts[1]); \(parts[2])") }
    }
}
