internal import CLinux
internal import Glibc

/// What a watched descriptor is ready for.
public struct Readiness: OptionSet, Hashable, Sendable {
    /// One bit for each option.
    public let rawValue: UInt8

    /// Takes the bits as they are; unknown ones mean nothing.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Something can be read, or the end of the stream, or a connection accepted.
    public static let readable = Readiness(rawValue: 1)
    /// Something can be written, or a connection attempt has ended.
    public static let writable = Readiness(rawValue: 2)
    /// An error waits for the next call on the descriptor, which returns it.
    public static let failed = Readiness(rawValue: 4)
    /// The other side is gone in both directions.
    public static let hungUp = Readiness(rawValue: 8)

    init(events: UInt32) {
        self = []
        if events & EPOLLIN.rawValue != 0 { insert(.readable) }
        if events & EPOLLOUT.rawValue != 0 { insert(.writable) }
        if events & EPOLLERR.rawValue != 0 { insert(.failed) }
        if events & EPOLLHUP.rawValue != 0 { insert(.hungUp) }
    }
}

/// What a watch waits for. Failures and hang-ups are reported with any interest, and never with none.
public struct Interest: OptionSet, Hashable, Sendable {
    /// One bit for each option.
    public let rawValue: UInt8

    /// Takes the bits as they are; unknown ones mean nothing.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// `.readable`.
    public static let read = Interest(rawValue: 1)
    /// `.writable`.
    public static let write = Interest(rawValue: 2)

    /// With nothing to wait for, one-shot keeps a hang-up, which cannot be masked, from waking the loop for ever.
    var events: UInt32 {
        guard !isEmpty else { return EPOLLONESHOT.rawValue }
        return (contains(.read) ? EPOLLIN.rawValue : 0) | (contains(.write) ? EPOLLOUT.rawValue : 0)
    }

    /// The part of `readiness` that this interest lets through.
    func admits(_ readiness: Readiness) -> Readiness {
        guard !isEmpty else { return [] }
        return readiness.intersection([Readiness(rawValue: rawValue), .failed, .hungUp])
    }
}
