import NetworkTypes

/// A time in which a node takes nothing, since it may not know what others have taken.
struct Listening: Sendable {
    enum Cause: Sendable {
        /// The process has started; what it had before may be adopted at the end.
        case start
        /// The process did not run.
        case pause
        /// An interface can be used again.
        case interface
    }

    var cause: Cause
    /// Only answers to this datagram or later ones count.
    var firstSequence: UInt64
    /// The end, whoever has not answered by then.
    var deadline: MonotonicTime
    var isExtended = false
    /// Whether the node answers for nothing meanwhile.
    var holdsAnswers = false
}
