/// `operations`: how the running process is asked about.
public struct OperationsSettings: Hashable, Sendable {
    /// The Unix socket through which `herald status`, `herald drain` and the like reach the running process; an
    /// absolute path of at most 107 octets.
    public var socket = "/run/herald/herald.sock"
    /// Where metrics, health and the status page are served; nil: nowhere.
    public var listen: ListenAddress? = .default
    /// With which `listen` speaks TLS; nil: plain HTTP.
    public var tls: TLS?
    /// The file with the token that whoever asks at `listen` must present, an absolute path; nil: no token is asked for.
    public var tokenFile: String?

    /// `operations.tls`: the files of a server's certificate, both in PEM, absolute paths.
    public struct TLS: Hashable, Sendable {
        /// The certificate, and after it those that lead to the authority.
        public var certificateFile: String
        /// Its key, without a password.
        public var keyFile: String

        /// Checks nothing.
        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Every default.
    public init() {}
}
