import CTaskPool
import Foundation
import Glibc
import NIOConcurrencyHelpers
import Testing

/// In this process all tasks run on the pool, those of the tests too.
@Suite("Tasks on threads of our own", .serialized, .timeLimit(.minutes(2)))
struct TaskPoolTests {
    private static let outcome = herald_task_pool_start(2)

    init() throws {
        try #require(Self.outcome == 0)
    }

    private actor Counter {
        private(set) var count = 0
        func add() { count += 1 }
    }

    @Test("it starts once")
    func once() {
        #expect(herald_task_pool_start(2) == EALREADY)
        #expect(herald_usable_processors() >= 1)
    }

    @Test("tasks run on its threads, two at a time")
    func threads() async {
        let names = NIOLockedValueBox<Set<String>>([])
        await withDiscardingTaskGroup { group in
            for _ in 0..<200 {
                group.addTask {
                    let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
                    names.withLockedValue { _ = $0.insert("\(name ?? "?")\(pthread_self())") }
                    await Task.yield()
                }
            }
        }
        let seen = names.withLockedValue { $0 }
        #expect(seen.allSatisfy { $0.hasPrefix("tasks\n") })
        #expect((1...2).contains(seen.count))
    }

    @Test("none of 20,000 tasks on one actor is lost")
    func many() async {
        let counter = Counter()
        await withDiscardingTaskGroup { group in
            for _ in 0..<20_000 { group.addTask { await counter.add() } }
        }
        #expect(await counter.count == 20_000)
    }

    @Test("sleepers wake when their time has come, none early, and none is held up by one that sleeps longer")
    func sleeping() async {
        let woken = NIOLockedValueBox<[Int]>([])
        let start = ContinuousClock.now
        await withDiscardingTaskGroup { group in
            for number in (0..<50).shuffled() {
                group.addTask {
                    let due = start.advanced(by: .milliseconds(100 + number * 10))
                    try? await Task.sleep(until: due, clock: .continuous)
                    #expect(ContinuousClock.now >= due)
                    woken.withLockedValue { $0.append(number) }
                }
            }
        }
        let order = woken.withLockedValue { $0 }
        #expect(order.sorted() == Array(0..<50))
        // Two that are due 10 ms apart may meet on two busy threads.
        #expect(zip(order, 0...).allSatisfy { abs($0 - $1) < 10 })
        #expect(start.duration(to: .now) < .seconds(5))
    }

    @Test("each clock is waited for in its own time", arguments: [0, 1, 30])
    func clocks(milliseconds: Int) async throws {
        let start = SuspendingClock.now
        try await Task.sleep(for: .milliseconds(milliseconds), clock: .suspending)
        #expect(SuspendingClock.now >= start.advanced(by: .milliseconds(milliseconds)))
        let begin = ContinuousClock.now
        try await Task.sleep(nanoseconds: UInt64(milliseconds) * 1_000_000)
        #expect(ContinuousClock.now >= begin.advanced(by: .milliseconds(milliseconds)))
        #expect(begin.duration(to: .now) < .seconds(5))
    }

    @Test("who sleeps until the end of time can be woken, and who sleeps until long ago does not sleep")
    func extremes() async throws {
        for limit in [Duration.seconds(Int64.max / 1_000_000_000), .nanoseconds(Int64.max)] {
            let sleeper = Task { try await Task.sleep(for: limit) }
            try await Task.sleep(for: .milliseconds(20))
            sleeper.cancel()
            await #expect(throws: CancellationError.self) { try await sleeper.value }
        }
        try await Task.sleep(until: .now.advanced(by: .seconds(-100_000_000)), clock: .continuous)
        try await Task.sleep(for: .zero)
    }
}
