import Glibc
import Synchronization
import Testing

@testable import FileSystem

/// Counts across tasks.
private final class Tally: Sendable {
    private let number = Atomic(0)

    var count: Int { number.load(ordering: .relaxed) }

    func increment() {
        number.add(1, ordering: .relaxed)
    }
}

@Suite("File watching", .timeLimit(.minutes(1)))
struct FileWatcherTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// Makes the change and waits for word of it; the time limit of the suite is the failure.
    private func expectChange(_ names: String..., by change: @escaping () throws -> Void) async throws {
        try await expectChanges(names, by: [change])
    }

    /// Makes each change after word of the one before.
    private func expectChanges(_ names: [String], by changes: [() throws -> Void]) async throws {
        let watcher = try FileWatcher(paths: names.map { directory($0) }, quiet: .milliseconds(2))
        var elements = watcher.changes.makeAsyncIterator()
        for change in changes {
            try change()
            #expect(await elements.next() != nil)
        }
        watcher.stop()
        while await elements.next() != nil {}
    }

    @Test("writing in place and renaming over, again and again")
    func editors() async throws {
        try directory.write("one", to: "file")
        try await expectChanges(
            ["file"],
            by: [
                { try directory.write("two", to: "file") },
                { try AtomicFile.write([3], to: directory("file")) },
                { try directory.write("four", to: "file") },
                { try AtomicFile.write([5], to: directory("file")) },
            ])
    }

    @Test("a file that is missing at first, and goes and comes back")
    func missing() async throws {
        try await expectChanges(
            ["file"],
            by: [
                { try directory.write("one", to: "file") },
                { try directory.remove("file") },
                { try directory.write("two", to: "file") },
            ])
    }

    @Test("a directory above the file that is missing at first, is removed, and made again")
    func missingDirectories() async throws {
        try await expectChanges(
            ["a/b/file"],
            by: [
                { try directory.makeDirectory("a") },
                { try directory.makeDirectory("a/b") },
                { try directory.write("one", to: "a/b/file") },
                { try directory.write("two", to: "a/b/file") },
                {
                    for name in ["a/b/file", "a/b", "a"] { try directory.remove(name) }
                },
                {
                    try directory.makeDirectory("a")
                    try directory.makeDirectory("a/b")
                    try directory.write("three", to: "a/b/file")
                },
                { try directory.write("four", to: "a/b/file") },
            ])
    }

    @Test("the swap by which Kubernetes updates a ConfigMap", arguments: ["mount/config.yaml", "mount"])
    func configMap(watched: String) async throws {
        func prepare(_ version: Int) throws {
            try directory.makeDirectory("mount/..\(version)")
            try directory.write("version \(version)", to: "mount/..\(version)/config.yaml")
        }
        func swap(_ version: Int) throws {
            try prepare(version)
            try directory.link("mount/..data_tmp", to: "..\(version)")
            try directory.rename("mount/..data_tmp", to: "mount/..data")
            try directory.remove("mount/..\(version - 1)/config.yaml")
            try directory.remove("mount/..\(version - 1)")
        }
        try directory.makeDirectory("mount")
        try prepare(1)
        try directory.link("mount/..data", to: "..1")
        try directory.link("mount/config.yaml", to: "..data/config.yaml")
        try await expectChanges([watched], by: [{ try swap(2) }, { try swap(3) }, { try swap(4) }])
    }

    @Test("files that come, change and go in a directory, and the directory itself")
    func wholeDirectory() async throws {
        try directory.makeDirectory("services")
        try await expectChanges(
            ["services"],
            by: [
                { try directory.write("one", to: "services/a.yaml") },
                { try directory.write("two", to: "services/a.yaml") },
                { try directory.rename("services/a.yaml", to: "services/b.yaml") },
                { try directory.remove("services/b.yaml") },
                { try directory.remove("services") },
                { try directory.makeDirectory("services") },
                { try directory.write("three", to: "services/c.yaml") },
            ])
    }

    @Test("each of several paths, links to elsewhere and detours")
    func several() async throws {
        try directory.makeDirectory("real")
        try directory.write("one", to: "real/file")
        try directory.link("link", to: "\(directory.path)/./real/../real")
        try await expectChange("other", "link/file") { try directory.write("two", to: "real/file") }
        try await expectChange("other", "link/file") { try directory.write("one", to: "other") }
        try await expectChange("link/file") {
            try directory.remove("link")
            try directory.link("link", to: "elsewhere")
        }
    }

    @Test("what happens beside a watched file is no change, and a burst is few")
    func quietAndBursts() async throws {
        try directory.write("one", to: "file")
        let watcher = try FileWatcher(paths: [directory("file")], quiet: .milliseconds(30))
        let seen = Tally()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in watcher.changes { seen.increment() }
            }
            for number in 0..<20 { try? directory.write("\(number)", to: "beside") }
            try? await Task.sleep(for: .milliseconds(80))
            #expect(seen.count == 0)
            for number in 0..<200 { try? directory.write("\(number)", to: "file") }
            while seen.count == 0 { try? await Task.sleep(for: .milliseconds(5)) }
            try? await Task.sleep(for: .milliseconds(80))
            #expect(seen.count <= 20)
            watcher.stop()
        }
    }

    @Test("a burst that does not end is told all the same")
    func endlessBurst() async throws {
        let watcher = try FileWatcher(paths: [directory("file")], quiet: .milliseconds(20))
        let told = Tally()
        await withDiscardingTaskGroup { group in
            group.addTask {
                for await _ in watcher.changes { told.increment() }
            }
            while told.count == 0 {
                try? directory.write("more", to: "file")
                try? await Task.sleep(for: .milliseconds(2))
            }
            watcher.stop()
        }
    }

    @Test("links that lead in a circle do no harm")
    func circle() async throws {
        try directory.link("one", to: "two")
        try directory.link("two", to: "one")
        try await expectChange("one") { try directory.remove("two") }
    }

    @Test("lost events mean looking again")
    func overflow() {
        let lost: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        let events = InotifyEvent.all(in: lost[...])
        #expect(events == [InotifyEvent(watch: -1, mask: UInt32(IN_Q_OVERFLOW), name: "")])
        #expect(events.map(\.isOverflow) == [true])
        for length in 0..<16 { #expect(InotifyEvent.all(in: lost.prefix(length)).isEmpty) }
        let named: [UInt8] = [1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 4, 0, 0, 0, 0x61, 0x62, 0, 0]
        #expect(InotifyEvent.all(in: (named + lost)[...]).map(\.name) == ["ab", ""])
        for length in 0..<20 { #expect(InotifyEvent.all(in: named.prefix(length)).isEmpty) }
    }
}
