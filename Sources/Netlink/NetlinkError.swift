import CNetlink
import Glibc

/// Why the kernel did not do what it was asked.
public struct NetlinkError: Error, Hashable, CustomStringConvertible {
    /// Told apart because callers act on the difference.
    public enum Reason: Hashable, Sendable {
        /// There already: for an address, with the same length on the same link (IPv6: of any length).
        case alreadyExists
        /// The address is there, and herald did not set it.
        case notOurs
        /// The address to be removed or changed is not there.
        case notFound
        /// The link is gone.
        case noSuchLink
        /// The process lacks CAP_NET_ADMIN.
        case notPermitted
        /// Someone else is at it; worth another try.
        case busy
        /// The kernel could not deliver an answer. What was asked may have been done.
        case overrun
        /// No answer within the time allowed. What was asked may have been done.
        case timedOut
        /// The kernel refuses the values.
        case invalid
        /// The kernel does not know the operation, or the family: that of IPv6 where it is switched off.
        case notSupported
        /// Any other error number.
        case other(Int32)
    }

    /// What was asked, as "adding 192.0.2.10/32 on link 2".
    public let request: String
    /// What a caller can act on.
    public let reason: Reason
    /// The system's text for the error.
    public let systemText: String
    /// The kernel's own words about this request, where it has some.
    public let kernelText: String?

    /// What was asked, the system's text, and the kernel's own words.
    public var description: String {
        let detail = kernelText.map { " (\($0))" } ?? ""
        return "\(request): \(systemText)\(detail)\(advice)"
    }

    private var advice: String {
        switch reason {
        case .notPermitted: "; give the process the capability CAP_NET_ADMIN"
        case .notOurs: "; take it off the link, or out of the pools"
        default: ""
        }
    }

    init(_ request: String, errorNumber: Int32, kernelText: String? = nil) {
        self.request = request
        self.kernelText = kernelText
        reason = Self.reason(errorNumber)
        systemText = unsafe String(cString: strerror(errorNumber))
    }

    init(_ request: String, _ reason: Reason, _ text: String) {
        self.request = request
        self.reason = reason
        systemText = text
        kernelText = nil
    }

    /// For an address to be added that someone else has set.
    package static func notOurs(_ key: AddressKey) -> NetlinkError {
        NetlinkError("adding \(key)", .notOurs, "it is there already, and herald did not set it")
    }

    init(_ request: String, timedOutAfter limit: Duration) {
        self.request = request
        reason = .timedOut
        systemText = "no answer within \(limit)"
        kernelText = nil
    }

    private static func reason(_ errorNumber: Int32) -> Reason {
        switch errorNumber {
        case EEXIST: .alreadyExists
        case ENOENT, ESRCH, EADDRNOTAVAIL: .notFound
        case ENODEV, ENXIO: .noSuchLink
        case EPERM, EACCES: .notPermitted
        case EBUSY, EAGAIN: .busy
        case ENOBUFS, ENOMEM: .overrun
        case ETIMEDOUT: .timedOut
        case EINVAL, ERANGE: .invalid
        case EOPNOTSUPP, EAFNOSUPPORT: .notSupported
        default: .other(errorNumber)
        }
    }
}
