import COpenSSL

/// What OpenSSL could not do, and why.
public struct OpenSSLError: Error, Hashable, Sendable, CustomStringConvertible {
    /// As in `cannot read the certificate: no start line`.
    public let description: String

    /// A failure with a reason of ours.
    init(_ operation: String, _ reason: String) {
        description = "cannot \(operation): \(reason)"
    }

    /// The reason is the first that OpenSSL noted for this thread, and all of them are forgotten.
    static func last(_ operation: String) -> OpenSSLError {
        let code = ERR_get_error()
        ERR_clear_error()
        guard code != 0, let text = unsafe ERR_reason_error_string(code) else {
            return OpenSSLError(operation, "OpenSSL gives no reason")
        }
        return OpenSSLError(operation, unsafe String(cString: text))
    }
}
