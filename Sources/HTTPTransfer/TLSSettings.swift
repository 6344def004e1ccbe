/// How a server proves itself and how we do; TLS 1.2 or newer in any case.
public struct TLSSettings: Hashable, Sendable, CustomStringConvertible {
    /// Certificates in PEM that sign the server's; nil: those the system trusts.
    public var authorities: [UInt8]?
    /// Our certificate chain in PEM.
    public var clientCertificate: [UInt8]?
    /// The key of `clientCertificate` in PEM, without a passphrase.
    public var clientKey: [UInt8]?
    /// The name the server's certificate must be for, and that is asked for; nil: the host.
    public var serverName: String?
    /// False: any certificate is accepted, and whoever is on the way can read along.
    public var isVerified = true

    /// Verified by the authorities the system trusts.
    public init() {}

    /// Says what is set, never the contents.
    public var description: String {
        let parts = [
            authorities.map { "authorities: \($0.count) octets" }, clientCertificate.map { _ in "client certificate" },
            clientKey.map { _ in "client key" }, serverName.map { "name: \($0)" }, isVerified ? nil : "not verified",
        ]
        return "TLS(\(parts.compactMap { $0 }.joined(separator: ", ")))"
    }
}
