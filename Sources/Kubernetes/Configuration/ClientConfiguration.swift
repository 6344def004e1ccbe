public import HTTPTransfer

/// Which API server to talk to, and how to prove who we are.
public struct ClientConfiguration: Hashable, Sendable {
    /// Certificates or a key in PEM, given or in a file that may change.
    public enum PEM: Hashable, Sendable {
        case inline([UInt8])
        case file(String)
    }

    /// What goes into the `Authorization` header.
    public enum Credentials: Hashable, Sendable {
        /// Nothing; a client certificate may do.
        case none
        case token(String)
        /// A file that holds a token and changes from time to time.
        case tokenFile(String)
        case basic(user: String, password: String)
        /// A program that prints a token or a certificate.
        case plugin(CredentialPlugin)
    }

    /// Host, port, path, server name and whether to verify; the certificates come from the fields below.
    public var endpoint: HTTPEndpoint
    /// Sign the server's certificate; nil: those the system trusts.
    public var authorities: PEM?
    /// Ours, with those that lead to its authority.
    public var clientCertificate: PEM?
    /// Of `clientCertificate`.
    public var clientKey: PEM?
    /// Read again before they expire.
    public var credentials = Credentials.none
    /// The namespace we run in, or that the context of a kubeconfig names.
    public var namespace = "default"

    /// A server without credentials.
    public init(endpoint: HTTPEndpoint) {
        self.endpoint = endpoint
    }
}

/// A configuration or credentials that cannot be used: which, and what to do about it. Never holds secrets.
public struct CredentialsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One sentence.
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension ClientConfiguration {
    /// Where every pod finds its service account.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// The configuration of a pod, from its environment and the files of its service account.
    public static func inCluster(
        environment: [String: String], directory: String = serviceAccountDirectory
    ) throws(CredentialsError) -> ClientConfiguration {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"].flatMap({ UInt16($0) }), port > 0
        else {
            throw CredentialsError(
                "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set: run in a pod or name a kubeconfig"
            )
        }
        // An IPv6 address comes without brackets, but some set them.
        let bare =
            host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        var configuration = ClientConfiguration(
            endpoint: HTTPEndpoint(scheme: .https, host: bare, port: port))
        configuration.authorities = .file(directory + "/ca.crt")
        configuration.credentials = .tokenFile(directory + "/token")
        _ = try CredentialFile.read(directory + "/token")
        _ = try CredentialFile.read(directory + "/ca.crt")
        if let namespace = try? CredentialFile.readText(directory + "/namespace"), !namespace.isEmpty {
            configuration.namespace = namespace
        }
        return configuration
    }
}
