/// Why a transfer came to no good end: what happened, with whom, and libcurl's own words. Never holds headers, bodies
/// or keys.
public struct TransferError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What happened, for code to decide on.
    public enum Kind: String, Hashable, Sendable {
        /// The request could not be sent as it is: a bad host, target, header or key.
        case invalidRequest
        /// No address for the name, refused, unreachable, or no connection in time.
        case couldNotConnect
        /// The peer's certificate is not trusted or for another name, our certificate or key is unusable, or the
        /// handshake failed.
        case tls
        /// The whole exchange took longer than allowed.
        case timedOut
        /// Nothing arrived for longer than allowed.
        case silent
        /// The head or the body is larger than allowed.
        case tooLarge
        /// The connection or stream ended before the answer did.
        case interrupted
        /// The peer does not speak HTTP as it should.
        case protocolViolation
        /// The task was cancelled or the body dropped.
        case cancelled
        /// The `HTTPTransfer` is shut down.
        case shutDown
        /// No memory, thread or descriptor.
        case outOfResources
    }

    /// What happened.
    public let kind: Kind
    /// The host, or the path of the Unix domain socket, that was asked.
    public let host: String
    /// The reason in words.
    public let text: String

    /// Words must hold no secrets.
    public init(_ kind: Kind, host: String, _ text: String) {
        self.kind = kind
        self.host = host
        self.text = text
    }

    /// One sentence.
    public var description: String {
        switch kind {
        case .invalidRequest: "the request to \(host) cannot be sent: \(text)"
        case .couldNotConnect: "cannot connect to \(host): \(text)"
        case .tls: "no trusted connection to \(host): \(text)"
        case .timedOut: "\(host) took too long: \(text)"
        case .silent: "\(host) went silent: \(text)"
        case .tooLarge: "the answer of \(host) is too large: \(text)"
        case .interrupted: "the connection to \(host) broke: \(text)"
        case .protocolViolation: "\(host) does not speak HTTP properly: \(text)"
        case .cancelled: "the request to \(host) was cancelled"
        case .shutDown: "the request to \(host) was not made: shutting down"
        case .outOfResources: "the request to \(host) could not be made: \(text)"
        }
    }
}
