import HTTPTransfer

/// Server and credentials as they are now: files are read again every half minute, after a 401, and soon after a
/// handshake that failed.
actor ClientSession {
    /// What a request needs to be sent.
    struct Connection: Sendable {
        var endpoint: HTTPEndpoint
        var authorization: String?
        var number = 0
    }

    private static let age = Duration.seconds(30)

    private let configuration: ClientConfiguration
    /// From one reading to the next that a failed handshake leads to, at least.
    private let pause: Duration
    private var connection: Connection?
    private var isTrusted = false
    private var lastReading = ContinuousClock.now
    private var validUntil = ContinuousClock.now
    private var isReading = false
    private var waiters: [CheckedContinuation<Void, Never>] = []
    private var number = 0

    init(_ configuration: ClientConfiguration, pause: Duration = .seconds(1)) {
        self.configuration = configuration
        self.pause = pause
    }

    /// The connection in force. While files cannot be read again, the last that worked stays.
    func connection() async throws(CredentialsError) -> Connection {
        while isReading {
            await withCheckedContinuation { waiters.append($0) }
        }
        if let connection, isTrusted, ContinuousClock.now < validUntil { return connection }
        isReading = true
        lastReading = .now
        defer { endReading() }
        do throws(CredentialsError) {
            var (fresh, lifetime) = try await read()
            number += 1
            fresh.number = number
            connection = fresh
            isTrusted = true
            validUntil = ContinuousClock.now.advanced(by: lifetime)
            return fresh
        } catch {
            guard let connection, isTrusted else { throw error }
            validUntil = ContinuousClock.now.advanced(by: Self.age)
            return connection
        }
    }

    /// The server did not accept this connection's credentials; the next call reads them again.
    func distrust(_ connection: Connection) {
        if connection.number == self.connection?.number { isTrusted = false }
    }

    /// The handshake for this connection failed. Its certificate and key are perhaps not of one pair, as when they were
    /// replaced between the two readings: they are read again, but not at once, and until that is done they stay.
    func doubt(_ connection: Connection) {
        guard connection.number == self.connection?.number, readsPair else { return }
        validUntil = min(validUntil, lastReading.advanced(by: pause))
    }

    /// Whether our certificate or its key is in a file; what a plugin prints is one pair.
    private var readsPair: Bool {
        switch (configuration.clientCertificate, configuration.clientKey) {
        case (.file?, _), (_, .file?): true
        default: false
        }
    }

    private func endReading() {
        isReading = false
        let waiting = waiters
        waiters = []
        for waiter in waiting { waiter.resume() }
    }

    private func read() async throws(CredentialsError) -> (Connection, lifetime: Duration) {
        var connection = Connection(endpoint: configuration.endpoint)
        connection.endpoint.tls.authorities = try Self.read(configuration.authorities)
        connection.endpoint.tls.clientCertificate = try Self.read(configuration.clientCertificate)
        connection.endpoint.tls.clientKey = try Self.read(configuration.clientKey)
        switch configuration.credentials {
        case .none: break
        case .token(let token): connection.authorization = "Bearer \(token)"
        case .tokenFile(let path):
            let token = try CredentialFile.readText(path)
            guard !token.isEmpty else { throw CredentialsError("\(path) is empty") }
            connection.authorization = "Bearer \(token)"
        case .basic(let user, let password):
            connection.authorization = "Basic \(Base64.encode(Array("\(user):\(password)".utf8)))"
        case .plugin(let plugin):
            return try await Self.read(plugin, into: connection)
        }
        return (connection, Self.age)
    }

    private static func read(
        _ plugin: CredentialPlugin, into connection: Connection
    ) async throws(CredentialsError) -> (Connection, lifetime: Duration) {
        let issued = try await plugin.run()
        var connection = connection
        connection.authorization = issued.token.map { "Bearer \($0)" }
        if let certificate = issued.certificate {
            connection.endpoint.tls.clientCertificate = certificate
        }
        if let key = issued.key { connection.endpoint.tls.clientKey = key }
        return (connection, issued.lifetime)
    }

    private static func read(_ source: ClientConfiguration.PEM?) throws(CredentialsError) -> [UInt8]? {
        switch source {
        case nil: nil
        case .inline(let octets): octets
        case .file(let path): try CredentialFile.read(path)
        }
    }
}
