import Glibc
import NIOConcurrencyHelpers
import Synchronization
import Testing

@testable import PacketLoop

@Suite("Stopping", .timeLimit(.minutes(1)))
struct StopTests {
    @Test("what is queued runs before the loop ends, and stopping twice is harmless")
    func runsQueued() throws {
        let loop = try PacketLoop.start(name: "stop")
        let count = Counter()
        for _ in 0..<3000 { loop.execute { count.increment() } }
        loop.stop()
        #expect(count.value == 3000)
        loop.stop()
    }

    @Test("a loop that stops itself ends after its turn")
    func stopsItself() throws {
        let loop = try PacketLoop.start(name: "self")
        let count = Counter()
        loop.execute {
            loop.execute { count.increment() }
            loop.stop()
        }
        while !loop.watches.withLock({ $0.isClosed }) { loop.stop() }
        #expect(count.value == 1)
    }

    @Test("an actor whose loop has ended still answers, on a thread that is the loop's for the time")
    func lateJobs() async throws {
        let loop = try PacketLoop.start(name: "late")
        let resident = Resident(on: loop)
        loop.stop()
        await withDiscardingTaskGroup { group in
            for number in 0..<200 { group.addTask { await resident.note(number) } }
        }
        #expect(await resident.notes.count == 200)
        #expect(await resident.isOnLoop)
    }

    @Test("a stopped loop lets go of handlers, timers and descriptors")
    func releases() throws {
        final class Token: Sendable {}
        weak var handled: Token?
        weak var timed: Token?
        let loop = try PacketLoop.start(name: "release")
        let pair = try UDPPair()
        do {
            let (first, second) = (Token(), Token())
            (handled, timed) = (first, second)
            _ = try loop.watch(pair.receiver, for: .read) { _ in _ = first }
            loop.schedule(after: .seconds(60)) { _ = second }
        }
        loop.stop()
        #expect(handled == nil)
        #expect(timed == nil)
        #expect(throws: SystemError.self) { _ = try loop.watch(pair.receiver, for: .read) { _ in } }
    }

    @Test("a loop that nobody refers to any more after its end is freed")
    func freed() throws {
        weak var weakly: PacketLoop?
        do {
            let loop = try PacketLoop.start(name: "freed")
            weakly = loop
            loop.schedule(after: .seconds(60)) {}
            loop.stop()
        }
        // The thread lets go a moment after it has said that it is done.
        for _ in 0..<1000 where weakly != nil { usleep(1000) }
        #expect(weakly == nil)
    }
}
