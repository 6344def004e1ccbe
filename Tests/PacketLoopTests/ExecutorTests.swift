import Synchronization
import Testing

@testable import PacketLoop

@Suite("Executor", .timeLimit(.minutes(1)))
struct ExecutorTests {
    @Test("an actor on the loop runs on its thread")
    func runsOnLoop() async throws {
        try await withLoop { loop in
            let resident = Resident(on: loop)
            #expect(await resident.isOnLoop)
            #expect(!loop.isCurrentThread)
        }
    }

    @Test("callbacks of the loop may assume the isolation of its actors")
    func assumesIsolation() async throws {
        try await withLoop { loop in
            let resident = Resident(on: loop)
            let done = Mailbox<Int>()
            loop.execute {
                resident.assumeIsolated { $0.note(1) }
                done.put(1)
            }
            loop.schedule(after: .milliseconds(1)) {
                resident.assumeIsolated { $0.note(2) }
                done.put(2)
            }
            #expect(await done.take(2) == [1, 2])
            #expect(await resident.notes == [1, 2])
        }
    }

    @Test("actors on two loops can await each other")
    func twoLoops() async throws {
        try await withLoop("first") { first in
            try await withLoop("second") { second in
                let (one, other) = (Resident(on: first), Resident(on: second))
                async let there = one.ask(other, count: 500)
                async let back = other.ask(one, count: 500)
                #expect(await [there, back] == [500, 500])
            }
        }
    }

    @Test("what one thread hands over runs in that order")
    func orderKept() async throws {
        try await withLoop { loop in
            let done = Mailbox<Int>()
            for number in 0..<5000 { loop.execute { done.put(number) } }
            #expect(await done.take(5000) == Array(0..<5000))
        }
    }

    @Test("many threads hand over work at once, and none is lost")
    func manyThreads() async throws {
        try await withLoop { loop in
            let resident = Resident(on: loop)
            let done = Mailbox<Void>()
            let count = Counter()
            await withDiscardingTaskGroup { group in
                for sender in 0..<16 {
                    group.addTask {
                        for number in 0..<500 {
                            loop.execute { if count.increment() == 8000 { done.put(()) } }
                            if number.isMultiple(of: 50) { await resident.note(sender) }
                        }
                    }
                }
            }
            await done.next()
            #expect(await resident.notes.count == 160)
        }
    }

    @Test("timers and descriptors get their turn while jobs never end")
    func fairness() async throws {
        try await withLoop { loop in
            let fired = Mailbox<String>()
            let isOver = Atomic(false)
            @Sendable func again() {
                if !isOver.load(ordering: .relaxed) { loop.execute { again() } }
            }
            for _ in 0..<1000 { loop.execute { again() } }
            let socket = try UDPPair()
            let watch = try loop.watch(socket.receiver, for: .read) { _ in fired.put("descriptor") }
            loop.schedule(after: .milliseconds(2)) { fired.put("timer") }
            try socket.send()
            var seen: Set<String> = []
            while seen.count < 2, let next = await fired.next() { seen.insert(next) }
            isOver.store(true, ordering: .relaxed)
            watch.cancel()
            #expect(seen == ["timer", "descriptor"])
        }
    }
}
