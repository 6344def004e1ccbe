/// The states of a session (RFC 5880 section 6.2).
public enum State: UInt8, Sendable, CaseIterable {
    case adminDown = 0
    case down = 1
    case initializing = 2
    case up = 3
}
