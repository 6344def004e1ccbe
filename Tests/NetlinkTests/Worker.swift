import Foundation
import Synchronization

/// A flag that one thread sets and another reads.
final class Done: Sendable {
    private let flag = Atomic(false)

    var isSet: Bool { flag.load(ordering: .acquiring) }
    func set() { flag.store(true, ordering: .releasing) }
}

/// Work on a thread of its own.
final class Worker: @unchecked Sendable {
    // `error` is written before `finished` is signalled and read after.
    private var error: (any Error)?
    private let finished = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () throws -> Void) {
        Thread { [self] in
            do { try body() } catch { self.error = error }
            finished.signal()
        }.start()
    }

    /// Waits for the end and throws what it threw.
    func join() throws {
        finished.wait()
        if let error { throw error }
    }
}
