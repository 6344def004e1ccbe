internal import NetworkTypes

/// Armed timers, the next due one first; equal deadlines in the order in which they were armed.
///
/// A binary heap in which each timer knows its place, so that one which is cancelled or moved leaves nothing behind.
struct TimerHeap {
    private var timers: [LoopTimer] = []
    private var armings: UInt64 = 0

    var count: Int { timers.count }
    var first: LoopTimer? { timers.first }

    mutating func insert(_ timer: LoopTimer, at deadline: MonotonicTime) {
        remove(timer)
        armings &+= 1
        timer.arming = armings
        timer.deadline = deadline
        timer.place = timers.count
        timers.append(timer)
        siftUp(from: timer.place)
    }

    /// Nothing happens when the timer is not armed.
    mutating func remove(_ timer: LoopTimer) {
        let place = timer.place
        guard timers.indices.contains(place), timers[place] === timer else { return }
        swap(place, timers.count - 1)
        timers.removeLast()
        timer.place = LoopTimer.nowhere
        guard place < timers.count else { return }
        siftDown(from: place)
        siftUp(from: place)
    }

    /// Takes out the next timer that is due at `time`.
    mutating func popDue(at time: MonotonicTime) -> LoopTimer? {
        guard let timer = timers.first, timer.deadline <= time else { return nil }
        remove(timer)
        return timer
    }

    mutating func removeAll() {
        for timer in timers { timer.place = LoopTimer.nowhere }
        timers = []
    }

    private mutating func siftUp(from start: Int) {
        var place = start
        while place > 0, precedes(place, (place - 1) / 2) {
            swap(place, (place - 1) / 2)
            place = (place - 1) / 2
        }
    }

    private mutating func siftDown(from start: Int) {
        var place = start
        while true {
            var earliest = place
            for child in (2 * place + 1)...(2 * place + 2) where child < timers.count && precedes(child, earliest) {
                earliest = child
            }
            guard earliest != place else { return }
            swap(place, earliest)
            place = earliest
        }
    }

    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (timers[left], timers[right])
        return (left.deadline, left.arming) < (right.deadline, right.arming)
    }

    private mutating func swap(_ left: Int, _ right: Int) {
        guard left != right else { return }
        timers.swapAt(left, right)
        timers[left].place = left
        timers[right].place = right
    }
}
