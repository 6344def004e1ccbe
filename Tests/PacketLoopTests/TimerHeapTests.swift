import NetworkTypes
import Testing

@testable import PacketLoop

@Suite("Timer heap")
struct TimerHeapTests {
    @Test("timers come out by deadline, equal ones in the order of arming", arguments: 0..<50 as Range<UInt64>)
    func order(seed: UInt64) async throws {
        try await withLoop { loop in
            var random = SplitMix(seed: seed)
            var heap = TimerHeap()
            var expected: [(deadline: Int64, arming: Int, timer: LoopTimer)] = []
            let timers = (0..<40).map { _ in LoopTimer(on: loop) {} }
            for arming in 0..<400 {
                guard let timer = timers.randomElement(using: &random) else { return }
                expected.removeAll { $0.timer === timer }
                if UInt8.random(in: 0..<4, using: &random) == 0 {
                    heap.remove(timer)
                } else {
                    let deadline = Int64.random(in: 0..<20, using: &random)
                    heap.insert(timer, at: MonotonicTime(nanoseconds: deadline))
                    expected.append((deadline, arming, timer))
                }
                #expect(heap.count == expected.count)
            }
            expected.sort { ($0.deadline, $0.arming) < ($1.deadline, $1.arming) }
            for entry in expected { #expect(heap.popDue(at: MonotonicTime(nanoseconds: 20)) === entry.timer) }
            #expect(heap.count == 0)
        }
    }

    @Test("a timer that is not due stays")
    func notDue() async throws {
        try await withLoop { loop in
            var heap = TimerHeap()
            heap.insert(LoopTimer(on: loop) {}, at: MonotonicTime(nanoseconds: 10))
            #expect(heap.popDue(at: MonotonicTime(nanoseconds: 9)) == nil)
            #expect(heap.popDue(at: MonotonicTime(nanoseconds: 10)) != nil)
        }
    }

    @Test("a timer of another heap is left alone")
    func foreign() async throws {
        try await withLoop { loop in
            var (heap, other) = (TimerHeap(), TimerHeap())
            let (timer, stranger) = (LoopTimer(on: loop) {}, LoopTimer(on: loop) {})
            heap.insert(timer, at: .zero)
            other.insert(stranger, at: .zero)
            heap.remove(stranger)
            #expect(heap.first === timer)
        }
    }
}

/// A small seeded generator (splitmix64).
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
