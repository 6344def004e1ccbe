internal import CLinux
internal import Glibc
import Synchronization

/// Writes lines to a descriptor whose other end may stop reading, without ever making those wait who have something to
/// say.
///
/// What the descriptor takes at once is written by the caller, so that it is out whatever comes next. What it does not take
/// is kept in order, up to a limit, and written by a thread that lives until all is out. Beyond the limit whole lines are
/// dropped; how many is told in a line of its own once the others are out.
public final class LineOutput: Sendable {
    private struct State {
        /// What waits, without what the thread has taken out to write.
        var waiting: [UInt8] = []
        var dropped = 0
        /// Whether there is a thread: all goes through it then, to stay in order.
        var hasThread = false
    }

    /// What a pipe that can be written to takes whole and without a wait (POSIX, PIPE_BUF).
    private static let most = 4096
    private static let name = "log"

    private let descriptor: Int32
    private let capacity: Int
    private let dropNote: @Sendable (Int) -> String
    private let state = Mutex(State())

    /// `capacity`: octets that wait at most. `dropNote` makes the line that tells of so many dropped ones.
    public init(descriptor: Int32, capacity: Int = 1 << 20, dropNote: @escaping @Sendable (Int) -> String) {
        self.descriptor = descriptor
        self.capacity = capacity
        self.dropNote = dropNote
    }

    /// Writes one line, or several that belong together, with the line's end. Returns at once.
    public func write(_ text: String) {
        let line = Array(text.utf8)
        let needsThread = state.withLock { state in
            var rest = line[...]
            if !state.hasThread { rest = writeAtOnce(rest) }
            guard !rest.isEmpty else { return false }
            guard state.waiting.count + rest.count <= capacity else {
                state.dropped += 1
                return false
            }
            state.waiting += rest
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if needsThread { startThread() }
    }

    /// Returns once all is written, or after the limit; whether all is.
    public func flush(within limit: Duration) -> Bool {
        let end = ContinuousClock.now.advanced(by: limit)
        while state.withLock({ $0.hasThread }) {
            guard ContinuousClock.now < end else { return false }
            usleep(2_000)
        }
        return true
    }

    // MARK: -

    /// Returns what was not taken. What cannot be written at all, since nobody will ever read it, counts as taken.
    private func writeAtOnce(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard line.count <= Self.most, isWritable(within: 0) else { return line }
        return line.dropFirst(write(line) ?? line.count)
    }

    /// -1 waits for as long as it takes.
    private func isWritable(within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    /// Octets that were taken; nil when none ever will be.
    private func write(_ octets: ArraySlice<UInt8>) -> Int? {
        let count = unsafe octets.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count < 0 else { return count }
        return errno == EAGAIN || errno == EINTR ? 0 : nil
    }

    private func startThread() {
        let retained = unsafe Unmanaged.passRetained(self)
        let result = unsafe herald_thread_start(
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<LineOutput>.fromOpaque(context).takeRetainedValue().drain()
                }
                return nil
            }, retained.toOpaque())
        guard result != 0 else { return }
        unsafe retained.release()
        state.withLock { state in
            state.dropped += state.waiting.count(where: { $0 == UInt8(ascii: "\n") })
            state.waiting = []
            state.hasThread = false
        }
    }

    /// The thread.
    private func drain() {
        _ = unsafe herald_thread_set_name(Self.name)
        while let batch = nextBatch() {
            var rest = batch[...]
            while !rest.isEmpty {
                guard isWritable(within: -1), let count = write(rest.prefix(Self.most)) else { break }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Nil when all is out; the thread ends then.
    private func nextBatch() -> [UInt8]? {
        state.withLock { state in
            if state.waiting.isEmpty, state.dropped > 0 {
                state.waiting = Array(dropNote(state.dropped).utf8)
                state.dropped = 0
            }
            guard !state.waiting.isEmpty else {
                state.hasThread = false
                return nil
            }
            defer { state.waiting = [] }
            return state.waiting
        }
    }
}
