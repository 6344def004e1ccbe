import Glibc
import Synchronization

/// Whether SIGTERM or SIGINT came, since `watch` was called.
enum StopSignal {
    private static let flag = Atomic(false)

    static var wasGiven: Bool { flag.load(ordering: .relaxed) }

    static func watch() {
        // The flag is set up here, so that the handler does nothing but store into it.
        flag.store(false, ordering: .relaxed)
        for number in [SIGTERM, SIGINT] {
            _ = signal(number) { _ in StopSignal.flag.store(true, ordering: .relaxed) }
        }
    }
}
