import Synchronization

/// A number that scripts on other threads add to.
public final class Counter: Sendable {
    private let number = Atomic<Int>(0)

    /// Begins at zero.
    public init() {}

    /// What has been added so far.
    public var value: Int { number.load(ordering: .acquiring) }

    /// Any thread may.
    public func add(_ amount: Int) {
        number.add(amount, ordering: .acquiringAndReleasing)
    }
}
