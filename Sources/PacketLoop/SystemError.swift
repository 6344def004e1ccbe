internal import CLinux
internal import Glibc

/// A system call that failed: which one, on what, and why.
public struct SystemError: Error, Hashable, Sendable {
    /// The call or option by its manual name, as `bind` or `IPV6_JOIN_GROUP`.
    public let call: String
    /// What it was applied to, as an address or the name of a device; empty when there is nothing to name.
    public let subject: String
    /// The kernel's error number.
    public let code: Int32

    init(_ call: String, on subject: String = "", code: Int32) {
        self.call = call
        self.subject = subject
        self.code = code
    }

    /// The kernel's sentence for the number.
    public var reason: String {
        guard let text = unsafe strerrordesc_np(code) else { return "error \(code)" }
        return unsafe String(cString: text)
    }

    /// A capability is missing (`CAP_NET_RAW`, `CAP_NET_ADMIN`, a port below 1024).
    public var isNotPermitted: Bool { code == EPERM || code == EACCES }
    /// The local address and port belong to another socket.
    public var isAddressInUse: Bool { code == EADDRINUSE }
    /// The source address is not one of this host's.
    public var isAddressUnavailable: Bool { code == EADDRNOTAVAIL }
    /// The peer closed by a reset, or what was sent can never arrive.
    public var isConnectionLost: Bool { [ECONNRESET, EPIPE, ECONNABORTED, ENOTCONN].contains(code) }
    /// The peer did not answer, or not acknowledge, in time.
    public var isTimedOut: Bool { code == ETIMEDOUT }
    /// No route to the destination, or it does not answer on its link.
    public var isUnreachable: Bool { [ENETUNREACH, EHOSTUNREACH].contains(code) }
    /// The process or the system has no file descriptor left.
    public var isOutOfDescriptors: Bool { code == EMFILE || code == ENFILE }
    /// The kernel was built without what was asked for.
    public var isUnsupported: Bool { [ENOPROTOOPT, EOPNOTSUPP, ENOSYS, EAFNOSUPPORT, EPROTONOSUPPORT].contains(code) }
}

extension SystemError: CustomStringConvertible {
    /// As in `bind 192.0.2.1:179: Address already in use`.
    public var description: String { subject.isEmpty ? "\(call): \(reason)" : "\(call) \(subject): \(reason)" }
}

/// The result of a system call, or its error where that is -1.
@discardableResult
func check<Result: SignedInteger>(
    _ result: Result, _ call: String, on subject: @autoclosure () -> String = ""
) throws(SystemError) -> Result {
    guard result == -1 else { return result }
    let code = errno
    throw SystemError(call, on: subject(), code: code)
}

/// Calls again for as long as a signal interrupts.
func uninterrupted<Result: SignedInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        guard result == -1, errno == EINTR else { return result }
    }
}
