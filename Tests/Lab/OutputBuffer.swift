import Synchronization

/// The output of a program as far as it has come, up to a limit; what is beyond it is counted and dropped.
final class OutputBuffer: Sendable {
    private struct State {
        var bytes: [UInt8] = []
        var dropped = 0
        var isAtEnd = false
    }

    private let limit: Int
    private let state = Mutex(State())

    init(limit: Int) {
        self.limit = limit
    }

    /// Takes what fits and returns it.
    @discardableResult
    func append(_ chunk: [UInt8]) -> [UInt8] {
        state.withLock { state in
            let kept = chunk.prefix(max(limit - state.bytes.count, 0))
            state.bytes += kept
            state.dropped += chunk.count - kept.count
            return Array(kept)
        }
    }

    func end() { state.withLock { $0.isAtEnd = true } }

    var isAtEnd: Bool { state.withLock { $0.isAtEnd } }

    var bytes: [UInt8] { state.withLock { $0.bytes } }

    var text: String {
        state.withLock { state in
            let text = String(decoding: state.bytes, as: UTF8.self)
            return state.dropped == 0 ? text : text + "\n(\(state.dropped) more octets dropped)\n"
        }
    }
}
