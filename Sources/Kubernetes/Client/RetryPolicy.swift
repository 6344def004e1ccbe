import HTTPTransfer

/// Whether and when a request that failed is made again.
struct RetryPolicy: Hashable, Sendable {
    enum Decision: Hashable, Sendable {
        case retry(after: Duration)
        /// Read the credentials again, then retry at once.
        case renewCredentials
        case giveUp
    }

    private let attempts: Int
    private var made = 1
    private var hasRenewed = false
    private var backoff: Backoff
    /// The longest wait that a server may ask for.
    private static let longestWait = Duration.seconds(60)

    /// `attempts` counts the first one.
    init(attempts: Int = 4, seed: UInt64) {
        self.attempts = attempts
        backoff = Backoff(first: .milliseconds(200), longest: .seconds(10), seed: seed)
    }

    /// Decides after a failure. A 401 renews the credentials once, and does not count as an attempt.
    mutating func decide(after error: APIError) -> Decision {
        if error.status?.code == 401 {
            defer { hasRenewed = true }
            return hasRenewed ? .giveUp : .renewCredentials
        }
        guard made < attempts, Self.isTransient(error) else { return .giveUp }
        made += 1
        let wait = backoff.next()
        guard let asked = error.status?.retryAfter else { return .retry(after: wait) }
        // The random part keeps those who were all told the same from coming back together.
        return .retry(after: min(asked, Self.longestWait) + wait / 2)
    }

    private static func isTransient(_ error: APIError) -> Bool {
        switch error.reason {
        case .status(let status):
            status.code == 429 || status.code == 408
                || (500...599).contains(status.code) && status.code != 501
                    && !status.isFromTheFuture
        case .transfer(let error):
            switch error.kind {
            case .couldNotConnect, .timedOut, .silent, .interrupted, .outOfResources: true
            case .invalidRequest, .tls, .tooLarge, .protocolViolation, .cancelled, .shutDown: false
            }
        case .unreadable, .credentials: false
        }
    }
}
