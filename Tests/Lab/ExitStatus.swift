/// How a process ended.
public enum ExitStatus: Hashable, Sendable, CustomStringConvertible {
    /// By itself, with this status.
    case exited(Int32)
    /// By this signal.
    case killed(Int32)

    /// Reads the status word of `waitpid`.
    init(word: Int32) {
        let signal = word & 0x7F
        self = signal == 0 ? .exited(word >> 8 & 0xFF) : .killed(signal)
    }

    /// "status 1" or "signal 9".
    public var description: String {
        switch self {
        case .exited(let status): "status \(status)"
        case .killed(let signal): "signal \(signal)"
        }
    }
}
