import Glibc
import Synchronization

/// A number that scripts on other threads add to.
final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .acquiring) }

    func add(_ amount: Int) {
        number.add(amount, ordering: .acquiringAndReleasing)
    }
}

/// Blocks the calling thread.
func wait(milliseconds: UInt32) {
    usleep(milliseconds * 1000)
}
