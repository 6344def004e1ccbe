import Announcing
import FileSystem
import Glibc
import IPAM
import LoadBalancing
import NIOConcurrencyHelpers
import NetworkTypes
import Testing

@testable import DirectorySource

/// The part of the operator that matters to a source: facts in, outcomes back.
private final class PlannerLoop: Sendable {
    private struct Contents {
        var records: [ServiceKey: [IPAddress]] = [:]
        var posts = 0
    }

    private let contents = NIOLockedValueBox(Contents())

    var posts: Int { contents.withLockedValue { $0.posts } }
    var records: [ServiceKey: [IPAddress]] { contents.withLockedValue { $0.records } }
    var recorded: Int { contents.withLockedValue { $0.records.count } }

    func hasRecord(_ key: ServiceKey) -> Bool { contents.withLockedValue { $0.records[key] != nil } }

    func run(_ source: DirectorySource) async throws {
        let range = try #require(AddressRange(first: try address("10.0.0.0"), last: try address("10.0.255.255")))
        let settings = PlannerSettings(
            node: NodeName("a"), mode: .none, pools: [.init(pool: Pool(name: "all", ranges: [range]))])
        var planner = Planner(settings: settings, isAllocator: true)
        while let facts = await source.changes.take() {
            for (subject, fact) in facts {
                switch (subject, fact) {
                case (.service(let key), .service(let service)):
                    planner.set(service, at: .zero)
                    contents.withLockedValue {
                        $0.posts += 1
                        $0.records[key] = service.recordedAddresses.isEmpty ? nil : service.recordedAddresses
                    }
                case (.service(let key), _):
                    planner.remove(key, at: .zero)
                    contents.withLockedValue { $0.records[key] = nil }
                default: continue
                }
            }
            if facts[.synchronisation] != nil { planner.sourceIsSynchronised() }
            await source.write(planner.plan(at: .zero).outcomes)
        }
    }
}

/// Figures are printed; `HERALD_SCALE` sets the number of Services (1000).
@Suite("Directory source: many Services", .timeLimit(.minutes(5)), .serialized)
struct ScaleTests {
    private let workspace: Workspace
    private let count: Int

    init() throws {
        workspace = try Workspace()
        count = unsafe getenv("HERALD_SCALE").flatMap { unsafe Int(String(cString: $0)) } ?? 1_000
    }

    private func withPlanner(_ body: (DirectorySource, PlannerLoop) async throws -> Void) async throws {
        let planner = PlannerLoop()
        try await withSource(workspace, timing: .init(), follower: { try await planner.run($0) }) { source, _ in
            try await body(source, planner)
        }
    }

    private func elapsed(_ body: () async throws -> Void) async rethrows -> Duration {
        try await ContinuousClock().measure(body)
    }

    private func rss() -> Int {
        let pages = (try? BoundedFile.read("/proc/self/statm", limit: 200)).map { String(decoding: $0, as: UTF8.self) }
        return (pages?.split(separator: " ").dropFirst().first).flatMap { Int($0) } ?? 0
    }

    @Test("many Services at once have their records soon, a restart is quick and writes nothing, and so does one more")
    func many() async throws {
        var records: [ServiceKey: [IPAddress]] = [:]
        try await withPlanner { source, planner in
            let before = rss()
            let writing = try await elapsed {
                for number in 0..<count {
                    try workspace.write(manifest("s\(number)"), to: "manifests/\(number).yaml")
                }
            }
            let waiting = try await elapsed {
                try await eventually(within: .seconds(200)) { planner.recorded == count }
            }
            print("\(count) manifests written in \(writing); the last record was posted \(waiting) after")
            print("memory, with a planner: \((rss() - before) * 4 / 1024) MB")
            records = planner.records
            try measureLooking()
            while await !source.pending.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            try await oneMore(planner)
        }
        let stamps = try workspace.stamps()
        try await withPlanner { _, planner in
            let starting = try await elapsed {
                try await eventually(within: .seconds(200)) { planner.recorded == count }
            }
            print("\(count) records adopted at a start in \(starting)")
            #expect(planner.records == records)
            #expect(planner.posts == count)
        }
        #expect(try workspace.stamps() == stamps)
    }

    @Test("a node that follows looks at no Service when nothing has changed, however many there are")
    func followerAtRest() async throws {
        let few = try await passing(500)
        let many = try await passing(4_000)
        print("100 passes of a follower: \(few) with 500 Services, \(many) with 4,000")
        #expect(many < few * 3)
    }

    /// How long 100 passes take at best, while nothing happens.
    private func passing(_ count: Int) async throws -> Duration {
        let workspace = try Workspace()
        let text = (0..<count).map { manifest("s\($0)") }.joined(separator: "---\n")
        try workspace.write(text, to: "manifests/all.yaml")
        var given: [ServiceKey: SharedAllocation.Record] = [:]
        for number in 0..<count { given[key("s\(number)")] = .init([]) }
        var times: [Duration] = []
        try await withSource(workspace, isShared: true, timing: .init()) { source, view in
            try await eventually { view.now.services.count == count }
            await source.follow(SharedAllocation(allocator: .node("b"), records: given))
            try await eventually { view.now.isAllocator == false }
            for _ in 0..<10 { times.append(await source.timeOfPasses()) }
            #expect(await source.unkept.isEmpty)
        }
        return try #require(times.min())
    }

    private func measureLooking() throws {
        var directory = ManifestDirectory(path: workspace.manifests)
        var set = ManifestSet(path: workspace.manifests, patience: .zero)
        let clock = ContinuousClock()
        let first = clock.measure { #expect(directory.read(into: &set, at: .zero) == count) }
        let again = clock.measure { #expect(directory.read(into: &set, at: .zero) == 0) }
        let listing = try clock.measure { _ = try DirectoryListing.names(in: workspace.manifests, limit: 100_000) }
        print("\(count) manifests read in \(first), looked through in \(again), listed in \(listing)")
    }

    /// A Service that comes, again and again; each time it goes too.
    private func oneMore(_ planner: PlannerLoop) async throws {
        var times: [Duration] = []
        for _ in 0..<20 {
            let posts = planner.posts
            let name = workspace("manifests/more.yaml")
            try AtomicFile.write(Array(manifest("more").utf8), to: name)
            times.append(
                try await elapsed { try await eventually { planner.hasRecord(key("more")) } })
            #expect(planner.posts == posts + 2)
            try workspace.remove("manifests/more.yaml")
            try await eventually { !planner.hasRecord(key("more")) }
            try await eventually { workspace.text(workspace.stateFile("more")) == nil }
        }
        times.sort()
        print("one Service among \(count): record posted after \(times[10]) (median), \(times[19]) (worst)")
    }
}

extension DirectorySource {
    fileprivate func timeOfPasses() -> Duration {
        ContinuousClock().measure {
            for _ in 0..<100 { pass(at: now) }
        }
    }
}
