/// A program that issues credentials (`client.authentication.k8s.io/v1` and `v1beta1`).
public struct CredentialPlugin: Hashable, Sendable {
    /// As in `client.authentication.k8s.io/v1`.
    public var apiVersion: String
    /// A path, or a name looked up in `PATH`.
    public var command: String
    /// Without the command itself.
    public var arguments: [String]
    /// The whole environment of the program.
    public var environment: [String: String]
    /// What its author says to do when the program is missing.
    public var installHint: String?

    /// A program to be run when credentials are needed.
    public init(
        apiVersion: String, command: String, arguments: [String] = [],
        environment: [String: String] = [:],
        installHint: String? = nil
    ) {
        self.apiVersion = apiVersion
        self.command = command
        self.arguments = arguments
        self.environment = environment
        self.installHint = installHint
    }

    /// What a program issued.
    struct Issued: Sendable {
        var token: String?
        var certificate: [UInt8]?
        var key: [UInt8]?
        /// For how long it is used before the program runs again.
        var lifetime: Duration
    }

    private static let timeLimit = Duration.seconds(60)
    /// Used without an expiry of its own until the server refuses it, but not for ever.
    private static let longestLifetime = Duration.seconds(3600)
    /// Taken off, so that a request under way does not see its token expire.
    private static let margin = Duration.seconds(30)

    /// Runs the program and reads what it prints.
    func run() async throws(CredentialsError) -> Issued {
        let kind = ["v1", "v1beta1"].map { "client.authentication.k8s.io/" + $0 }
        guard kind.contains(apiVersion) else {
            throw CredentialsError(
                "credential plugin '\(command)' wants '\(apiVersion)'; we know \(kind.joined(separator: " and "))"
            )
        }
        var environment = environment
        let info = JSONValue.object([
            .init("apiVersion", .string(apiVersion)), .init("kind", "ExecCredential"),
            .init("spec", ["interactive": false]),
        ])
        environment["KUBERNETES_EXEC_INFO"] = String(decoding: info.octets, as: UTF8.self)
        let result = await Subprocess.run(
            command, arguments, environment: environment, outputLimit: CredentialFile.limit,
            timeLimit: Self.timeLimit)
        switch result {
        case .success(let output): return try Self.read(output, of: command, now: .now)
        case .failure(let failure):
            let hint = failure == .notStarted ? installHint.map { "; \($0)" } ?? "" : ""
            throw CredentialsError("credential plugin '\(command)' \(failure.description)\(hint)")
        }
    }

    private struct Answer: Decodable {
        struct Status: Decodable {
            var token: String?
            var clientCertificateData: String?
            var clientKeyData: String?
            var expirationTimestamp: Timestamp?
        }
        var status: Status?
    }

    static func read(_ output: [UInt8], of command: String, now: Timestamp) throws(CredentialsError)
        -> Issued
    {
        guard let status = (try? JSON.decode(Answer.self, from: output))?.status,
            status.token != nil || status.clientCertificateData != nil
        else {
            throw CredentialsError(
                "credential plugin '\(command)' printed no ExecCredential with a status")
        }
        var lifetime = longestLifetime
        if let expiry = status.expirationTimestamp {
            let left = Duration.microseconds(expiry.microseconds) - .microseconds(now.microseconds)
            lifetime = min(lifetime, max(left - margin, .seconds(1)))
        }
        return Issued(
            token: status.token, certificate: status.clientCertificateData.map { Array($0.utf8) },
            key: status.clientKeyData.map { Array($0.utf8) }, lifetime: lifetime)
    }
}
