/// What a program that has ended left behind.
public struct Output: Sendable {
    /// How it ended.
    public let status: ExitStatus
    /// Its standard output.
    public let standardOutput: [UInt8]
    /// Its standard error.
    public let standardError: [UInt8]

    /// Standard output as text.
    public var text: String { String(decoding: standardOutput, as: UTF8.self) }
    /// Standard error as text.
    public var errors: String { String(decoding: standardError, as: UTF8.self) }
    /// Whether it ended by itself with status 0.
    public var isSuccess: Bool { status == .exited(0) }
}
