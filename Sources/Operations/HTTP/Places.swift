import NIOConcurrencyHelpers

/// Counts what may be in use at a time.
final class Places: Sendable {
    private let free: NIOLockedValueBox<Int>

    init(count: Int) {
        free = NIOLockedValueBox(count)
    }

    func take() -> Bool {
        free.withLockedValue { free in
            guard free > 0 else { return false }
            free -= 1
            return true
        }
    }

    func giveBack() {
        free.withLockedValue { $0 += 1 }
    }
}
