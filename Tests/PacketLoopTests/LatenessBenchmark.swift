import Glibc
import NIOConcurrencyHelpers
import NetworkTypes
import Testing

@testable import PacketLoop

/// How late timers and datagrams are while every core is busy. Printed, not judged: `HERALD_BENCHMARK=1 swift test`.
@Suite(
    "Lateness", .serialized,
    .enabled(if: unsafe getenv("HERALD_BENCHMARK") != nil, "a measurement: set HERALD_BENCHMARK=1"))
struct LatenessBenchmark {
    private static let samples = 1000
    private static let interval = Duration.milliseconds(5)

    @Test("a timer every 5 ms while all cores are busy", arguments: [false, true])
    func timers(realTime: Bool) async throws {
        let loop = try PacketLoop.start(name: "bench", realTime: realTime)
        defer { loop.stop() }
        let lateness = Mailbox<Duration>()
        let due = NIOLockedValueBox(loop.now.advanced(by: Self.interval))
        let timer = NIOLockedValueBox<LoopTimer?>(nil)
        let tick = loop.makeTimer {
            let (deadline, next) = due.withLockedValue { due in
                defer { due = due.advanced(by: Self.interval) }
                return (due, due.advanced(by: Self.interval))
            }
            lateness.put(deadline.duration(to: loop.now))
            timer.withLockedValue { $0?.restart(at: next) }
        }
        timer.withLockedValue { $0 = tick }
        let values = await busy {
            tick.restart(at: due.withLockedValue { $0 })
            return await lateness.take(Self.samples)
        }
        tick.cancel()
        timer.withLockedValue { $0 = nil }
        report("timer", loop, values)
    }

    @Test("a datagram from a busy thread to a handler", arguments: [false, true])
    func datagrams(realTime: Bool) async throws {
        let loop = try PacketLoop.start(name: "bench", realTime: realTime)
        defer { loop.stop() }
        let lateness = Mailbox<Duration>()
        let pair = try UDPPair()
        let sent = NIOLockedValueBox(loop.now)
        let watch = try loop.watch(pair.receiver, for: .read) { _ in
            pair.drain()
            lateness.put(sent.withLockedValue { $0 }.duration(to: loop.now))
        }
        let values = await busy {
            var values: [Duration] = []
            for _ in 0..<Self.samples {
                sent.withLockedValue { $0 = loop.now }
                try? pair.send()
                values += await lateness.take(1)
            }
            return values
        }
        watch.cancel()
        report("datagram", loop, values)
    }

    /// Runs `body` with twice as many spinning threads as there are cores.
    private func busy<Result>(_ body: () async -> Result) async -> Result {
        let threads = Counter()
        let isOver = Counter()
        let cores = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        for _ in 0..<2 * cores {
            try? LoopThread.start(name: "busy") {
                while isOver.value == 0 {}
                threads.increment()
            }
        }
        let result = await body()
        isOver.increment()
        while threads.value < 2 * cores { usleep(1000) }
        return result
    }

    private func report(_ what: String, _ loop: PacketLoop, _ values: [Duration]) {
        let sorted = values.sorted()
        func microseconds(_ share: Double) -> Int64 {
            sorted[min(Int(Double(sorted.count) * share), sorted.count - 1)].wholeNanoseconds / 1000
        }
        print(
            "lateness of a \(what), real time \(loop.isRealTime): median \(microseconds(0.5)) µs,",
            "p99 \(microseconds(0.99)) µs, worst \(microseconds(1)) µs (\(values.count) samples)")
    }
}
