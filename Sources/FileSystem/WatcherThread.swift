internal import CLinux
internal import Glibc

/// Waits for events of a `WatchTree` and passes them on, gathered.
final class WatcherThread {
    /// How often to say "look again" when not everything can be watched.
    private static let blindInterval = Duration.seconds(10)
    private static let name = "file-watcher"

    private let tree: WatchTree
    private let stopper: Stopper
    private let quiet: Duration
    private let continuation: AsyncStream<Void>.Continuation
    private var events: [UInt8] = Array(repeating: 0, count: 16_384)

    init(
        tree: WatchTree, stopper: Stopper, quiet: Duration, continuation: AsyncStream<Void>.Continuation
    ) {
        self.tree = tree
        self.stopper = stopper
        self.quiet = max(quiet, .milliseconds(1))
        self.continuation = continuation
    }

    static func start(_ watcher: sending WatcherThread) throws(FileError) {
        let retained = unsafe Unmanaged.passRetained(watcher)
        let result = unsafe herald_thread_start(
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<WatcherThread>.fromOpaque(context).takeRetainedValue().run()
                }
                return nil
            }, retained.toOpaque())
        guard result != 0 else { return }
        unsafe retained.release()
        throw FileError("watch", "(pthread_create)", .system(result))
    }

    private func run() {
        _ = unsafe herald_thread_set_name(Self.name)
        let clock = ContinuousClock()
        var tellAt: ContinuousClock.Instant?
        var latest: ContinuousClock.Instant?
        while true {
            let blind = tree.isIncomplete ? Self.blindInterval : nil
            switch wait(atMost: tellAt.map { clock.now.duration(to: $0) } ?? blind) {
            case .stopped:
                continuation.finish()
                return
            case .events:
                guard readEvents() else { continue }
                try? tree.rebuild()
                let now = clock.now
                let limit = latest ?? now.advanced(by: quiet * 10)
                latest = limit
                tellAt = min(now.advanced(by: quiet), limit)
            case .elapsed:
                if tellAt == nil { try? tree.rebuild() }
                (tellAt, latest) = (nil, nil)
                continuation.yield()
            }
        }
    }

    private enum Wake { case stopped, events, elapsed }

    private func wait(atMost limit: Duration?) -> Wake {
        var waited = [
            pollfd(fd: stopper.number, events: Int16(POLLIN), revents: 0),
            pollfd(fd: tree.inotify.number, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds = limit.map { Self.wholeMilliseconds($0) } ?? -1
        // The deadline of a burst counts also while events keep coming.
        if milliseconds == 0 { return .elapsed }
        let result = unsafe poll(&waited, 2, milliseconds)
        if waited[0].revents != 0 { return .stopped }
        if waited[1].revents != 0 { return .events }
        return result == 0 ? .elapsed : .events
    }

    /// Rounded up, so that a wait does not end before its time; 0 only when that has come.
    private static func wholeMilliseconds(_ duration: Duration) -> Int32 {
        guard duration > .zero else { return 0 }
        let (seconds, attoseconds) = duration.components
        return Int32(clamping: min(seconds, 1_000_000) * 1000 + attoseconds / 1_000_000_000_000_000 + 1)
    }

    /// Reads what has come; true when some of it concerns a path, or events were lost.
    private func readEvents() -> Bool {
        var isConcerned = false
        while true {
            let number = tree.inotify.number
            let length = uninterrupted { unsafe read(number, &events, events.count) }
            guard length > 0 else { return isConcerned }
            for event in InotifyEvent.all(in: events[..<length]) {
                if event.isOverflow || tree.concerns(event.watch, name: event.name) { isConcerned = true }
            }
        }
    }
}
