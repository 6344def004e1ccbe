import BGP
import PacketLoop

/// One TCP connection of a peer, and how far it is.
final class Connection {
    enum Phase {
        case connecting
        case open
        /// What is queued is still sent, and what comes is read and dropped, for a short while.
        case closing
    }

    let stream: TCPStream
    var phase: Phase
    private var watch: Watch?

    init(_ stream: TCPStream, _ phase: Phase) {
        self.stream = stream
        self.phase = phase
    }

    /// Has `handler` called on the loop's thread when the socket is ready.
    func follow(on loop: PacketLoop, handler: @escaping @Sendable (Readiness) -> Void) throws(SystemError) {
        watch = try loop.watch(stream.descriptor, for: phase == .connecting ? .write : .read, handler: handler)
    }

    /// Waits for what the phase and the queue need.
    func updateInterest() {
        switch phase {
        case .connecting: watch?.update(.write)
        case .open, .closing: watch?.update(stream.unsentCount > 0 ? [.read, .write] : .read)
        }
    }

    func close() {
        watch?.cancel()
        watch = nil
        stream.close()
    }

    func abort() {
        watch?.cancel()
        watch = nil
        stream.abort()
    }
}
