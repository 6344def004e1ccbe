import CoreMetrics
import NIOConcurrencyHelpers

/// What counts up.
final class CounterCell: CounterHandler, FloatingPointCounterHandler, Sendable {
    private let count = NIOLockedValueBox(0.0)

    var value: Double { count.withLockedValue { $0 } }

    func increment(by amount: Int64) {
        increment(by: Double(amount))
    }

    func increment(by amount: Double) {
        guard amount > 0, amount.isFinite else { return }
        count.withLockedValue { $0 += amount }
    }

    func reset() {
        count.withLockedValue { $0 = 0 }
    }
}

/// What goes up and down.
final class GaugeCell: RecorderHandler, MeterHandler, Sendable {
    private let current = NIOLockedValueBox(0.0)

    var value: Double { current.withLockedValue { $0 } }

    func record(_ value: Int64) { set(Double(value)) }
    func record(_ value: Double) { set(value) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { current.withLockedValue { $0 = value } }
    func increment(by amount: Double) { current.withLockedValue { $0 += amount } }
    func decrement(by amount: Double) { current.withLockedValue { $0 -= amount } }
}

/// How often a value was in which range.
final class HistogramCell: RecorderHandler, TimerHandler, Sendable {
    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    private let bounds: [Double]
    private let state: NIOLockedValueBox<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        state = NIOLockedValueBox(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    var value: (counts: [UInt64], sum: Double) { state.withLockedValue { ($0.counts, $0.sum) } }

    func record(_ value: Int64) { record(Double(value)) }

    func record(_ value: Double) {
        guard value.isFinite else { return }
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLockedValue {
            $0.counts[place] &+= 1
            $0.sum += value
        }
    }

    /// The metric is in seconds.
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
