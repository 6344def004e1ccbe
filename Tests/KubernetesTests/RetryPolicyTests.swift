import HTTPTransfer
import Testing

@testable import Kubernetes

@Suite("Retries")
struct RetryPolicyTests {
    private func error(_ code: Int, retryAfter: Duration? = nil) -> APIError {
        error(.status(Status(code: code, message: "m", retryAfter: retryAfter)))
    }

    private func error(_ reason: APIError.Reason) -> APIError {
        APIError(.init(verb: "get", resource: "x", group: "", namespace: nil, name: nil), reason)
    }

    @Test("refusals are final", arguments: [400, 403, 404, 405, 409, 410, 415, 422, 501])
    func final(code: Int) {
        var policy = RetryPolicy(seed: 1)
        #expect(policy.decide(after: error(code)) == .giveUp)
    }

    @Test("passing failures are retried, a few times, with longer waits", arguments: [408, 429, 500, 502, 503, 504])
    func passing(code: Int) {
        var policy = RetryPolicy(attempts: 4, seed: 1)
        var waits: [Duration] = []
        while case .retry(let wait) = policy.decide(after: error(code)) { waits.append(wait) }
        #expect(waits.count == 3)
        #expect(waits == waits.sorted())
    }

    @Test(
        "connections that fail",
        arguments: [
            (TransferError.Kind.couldNotConnect, true), (.interrupted, true), (.timedOut, true), (.tls, false),
            (.cancelled, false), (.shutDown, false), (.tooLarge, false), (.invalidRequest, false),
        ])
    func transfers(kind: TransferError.Kind, isRetried: Bool) {
        var policy = RetryPolicy(seed: 1)
        let decision = policy.decide(after: error(.transfer(TransferError(kind, host: "h", "t"))))
        #expect((decision != .giveUp) == isRetried)
    }

    @Test("the server's wish counts, within bounds, and not all come back at once")
    func retryAfter() {
        let waits = (0..<20 as Range<UInt64>).map { seed -> RetryPolicy.Decision in
            var policy = RetryPolicy(seed: seed)
            return policy.decide(after: error(429, retryAfter: .seconds(5)))
        }
        #expect(Set(waits).count > 10)
        var policy = RetryPolicy(seed: 1)
        guard case .retry(let wait) = policy.decide(after: error(503, retryAfter: .seconds(3600))) else { return }
        #expect(wait < .seconds(62))
    }

    @Test("credentials are renewed once")
    func credentials() {
        var policy = RetryPolicy(attempts: 1, seed: 1)
        #expect(policy.decide(after: error(401)) == .renewCredentials)
        #expect(policy.decide(after: error(401)) == .giveUp)
    }
}
