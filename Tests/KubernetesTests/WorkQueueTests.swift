import NetworkTypes
import Testing

@testable import Kubernetes

@Suite("The work queue")
struct WorkQueueTests {
    private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    @Test("a key added twice is worked on once, one added during the work once more")
    func once() {
        var queue = WorkQueue<String>(seed: 1)
        queue.add("a")
        queue.add("a")
        queue.add("b")
        #expect(queue.take(at: .zero) == "a")
        queue.add("a")
        #expect(queue.take(at: .zero) == "b")
        #expect(queue.take(at: .zero) == nil)
        queue.finish("a", succeeded: true, at: .zero)
        #expect(queue.take(at: .zero) == "a")
        queue.finish("a", succeeded: true, at: .zero)
        queue.finish("b", succeeded: true, at: .zero)
        #expect(!queue.hasReady)
        #expect(queue.nextDue == nil)
    }

    @Test("a failure waits longer each time, and alone")
    func failures() throws {
        var queue = WorkQueue<String>(firstWait: .milliseconds(100), longestWait: .seconds(1), seed: 1)
        var now = MonotonicTime.zero
        queue.add("a")
        for round in 0..<8 {
            #expect(queue.take(at: now) == "a")
            queue.finish("a", succeeded: false, at: now)
            let due = try #require(queue.nextDue)
            let whole = min(Duration.milliseconds(100) * (1 << round), .seconds(1))
            #expect(now.duration(to: due) <= whole)
            #expect(now.duration(to: due) >= whole / 2)
            queue.add("b")
            #expect(queue.take(at: now) == "b")
            queue.finish("b", succeeded: true, at: now)
            #expect(queue.take(at: now) == nil)
            now = due
        }
        #expect(queue.take(at: now) == "a")
        queue.finish("a", succeeded: true, at: now)
        #expect(queue.nextDue == nil)
    }

    @Test("news make a key that waits ready at once; a key that is gone never comes")
    func newsAndForget() {
        var queue = WorkQueue<String>(seed: 1)
        queue.add("a")
        _ = queue.take(at: .zero)
        queue.finish("a", succeeded: false, at: .zero)
        #expect(queue.take(at: .zero) == nil)
        queue.add("a")
        #expect(queue.take(at: .zero) == "a")
        queue.finish("a", succeeded: false, at: .zero)
        queue.forget("a")
        queue.add("b")
        queue.forget("b")
        #expect(queue.take(at: time(100_000)) == nil)
        #expect(queue.nextDue == nil)
    }

    @Test("ten thousand keys come out in the order in which they were added")
    func many() {
        var queue = WorkQueue<Int>(seed: 1)
        for key in 0..<10_000 { queue.add(key) }
        #expect((0..<10_000).allSatisfy { queue.take(at: .zero) == $0 })
        #expect(queue.take(at: .zero) == nil)
    }
}
