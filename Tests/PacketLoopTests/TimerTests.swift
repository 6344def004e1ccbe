import NetworkTypes
import Testing

@testable import PacketLoop

@Suite("Timers", .timeLimit(.minutes(1)))
struct TimerTests {
    @Test("timers fire in the order of their deadlines, not before them")
    func order() async throws {
        try await withLoop { loop in
            let fired = Mailbox<(Int, MonotonicTime)>()
            let start = loop.now
            for delay in [30, 10, 20, 0, 10] {
                loop.schedule(at: start.advanced(by: .milliseconds(delay))) { fired.put((delay, loop.now)) }
            }
            let all = await fired.take(5)
            #expect(all.map(\.0) == [0, 10, 10, 20, 30])
            #expect(all.allSatisfy { start.duration(to: $0.1) >= .milliseconds($0.0) })
        }
    }

    @Test("a cancelled timer never fires, even when it was due with the one that cancels it")
    func cancel() async throws {
        try await withLoop { loop in
            let fired = Mailbox<String>()
            loop.execute {
                let time = loop.now
                let first = loop.makeTimer { fired.put("first") }
                let second = loop.makeTimer { fired.put("second") }
                loop.schedule(at: time) {
                    second.cancel()
                    fired.put("canceller")
                }
                second.restart(at: time)
                first.restart(after: .milliseconds(5))
                first.cancel()
                loop.schedule(after: .milliseconds(20)) { fired.put("end") }
            }
            #expect(await fired.take(2) == ["canceller", "end"])
        }
    }

    @Test("a timer that is armed a million times leaves nothing behind, and fires once")
    func restartStorm() async throws {
        try await withLoop { loop in
            let fired = Mailbox<Int>()
            let sizes = Mailbox<Int>()
            loop.execute {
                let timer = loop.makeTimer { fired.put(1) }
                let start = loop.now
                for step in 0..<1_000_000 { timer.restart(at: start.advanced(by: .nanoseconds(step))) }
                sizes.put(loop.timers.count)
                loop.schedule(after: .milliseconds(5)) { fired.put(2) }
            }
            #expect(await sizes.next() == 1)
            #expect(await fired.take(2) == [1, 2])
        }
    }

    @Test("ten thousand timers all fire, in order")
    func many() async throws {
        try await withLoop { loop in
            let fired = Mailbox<Int>()
            loop.execute {
                let start = loop.now
                for delay in (0..<10_000).map({ ($0 * 7919) % 10_000 }) {
                    loop.schedule(at: start.advanced(by: .microseconds(delay * 10))) { fired.put(delay) }
                }
            }
            #expect(await fired.take(10_000) == Array(0..<10_000))
        }
    }

    @Test("a fired timer can be armed again from its own action")
    func repeats() async throws {
        try await withLoop { loop in
            let fired = Mailbox<Int>()
            let count = Counter()
            let timer = loop.makeTimer {
                fired.put(count.increment())
                loop.schedule(after: .milliseconds(1)) { fired.put(0) }
            }
            for expected in 1...3 {
                timer.restart(after: .zero)
                #expect(await fired.take(2) == [expected, 0])
            }
        }
    }

    @Test("negative and endless delays do no harm")
    func extremes() async throws {
        try await withLoop { loop in
            let fired = Mailbox<String>()
            let never = loop.schedule(after: .seconds(Int64.max)) { fired.put("never") }
            loop.schedule(at: MonotonicTime(nanoseconds: .min)) { fired.put("past") }
            loop.schedule(after: .seconds(-5)) { fired.put("negative") }
            #expect(await fired.take(2) == ["past", "negative"])
            never.cancel()
            loop.schedule(after: .milliseconds(1)) { fired.put("later") }
            #expect(await fired.next() == "later")
        }
    }

    @Test("an earlier timer armed while the loop sleeps towards a later one is on time")
    func earlier() async throws {
        try await withLoop { loop in
            let fired = Mailbox<String>()
            let late = loop.schedule(after: .seconds(30)) { fired.put("late") }
            try await Task.sleep(for: .milliseconds(5))
            loop.schedule(after: .milliseconds(5)) { fired.put("early") }
            #expect(await fired.next() == "early")
            late.cancel()
        }
    }
}
