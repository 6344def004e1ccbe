/// One of `checks`: what must answer on this node for it to own addresses in ARP mode.
public struct BackendCheck: Hashable, Sendable {
    /// What is tried.
    public enum Target: Hashable, Sendable {
        /// A TCP connection is accepted.
        case tcp(ListenAddress)
        /// A GET is answered with a status from 200 to 399; an `http` or `https` URL.
        case url(String)
    }

    /// For people, and different from those of all other checks.
    public var name: String
    /// A TCP address, or a URL that is asked with GET.
    public var target: Target
    /// Whether the server's certificate must be one that the system trusts.
    public var verifiesCertificate = true
    /// The time between the beginnings of two tries.
    public var interval = Duration.seconds(2)
    /// How long one try may take.
    public var timeout = Duration.seconds(1)
    /// How many tries in a row must fail before the node owns nothing.
    public var failures = 3
    /// How many tries in a row must succeed before it may again.
    public var successes = 1

    /// A check with every default.
    public init(name: String, target: Target) {
        self.name = name
        self.target = target
    }
}
