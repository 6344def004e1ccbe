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

/// What clients of one kind may have in use at a time.
struct Allotment: Sendable {
    let connections: Places
    /// Answers that grow with the cluster: each is in memory as a whole until its connection ends.
    let largeAnswers: Places
}

/// One place, taken when it is first asked for.
final class HeldPlace: Sendable {
    private let places: Places
    private let isHeld = NIOLockedValueBox(false)

    init(of places: Places) {
        self.places = places
    }

    /// True when it is held, from before or from now on.
    func take() -> Bool {
        isHeld.withLockedValue { isHeld in
            if !isHeld { isHeld = places.take() }
            return isHeld
        }
    }

    func giveBack() {
        isHeld.withLockedValue { isHeld in
            if isHeld { places.giveBack() }
            isHeld = false
        }
    }
}
