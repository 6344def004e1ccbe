/// `log`.
public struct LogSettings: Hashable, Sendable {
    /// The least severe messages that are written.
    public enum Level: String, Hashable, Sendable, CaseIterable {
        case trace, debug, info, notice, warning, error, critical
    }

    /// How a message is written.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// One line for people.
        case text
        /// One JSON object a line.
        case json
    }

    /// The least severe messages that are written.
    public var level = Level.info
    /// How a message is written.
    public var format = Format.text

    /// Every default.
    public init() {}
}
