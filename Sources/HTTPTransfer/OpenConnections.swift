import Glibc
import NIOConcurrencyHelpers

/// The sockets that libcurl holds open, so that one that leads to a dead server can be broken.
///
/// libcurl ends a stream that failed but keeps its HTTP/2 connection, and would send the next request down the same.
final class OpenConnections: Sendable {
    private let endpoints = NIOLockedValueBox<[Int32: HTTPEndpoint]>([:])

    func opened(_ socket: Int32, to endpoint: HTTPEndpoint) {
        endpoints.withLockedValue { $0[socket] = endpoint }
    }

    func closed(_ socket: Int32) {
        endpoints.withLockedValue { _ = $0.removeValue(forKey: socket) }
    }

    /// Ends all connections that requests to an endpoint may share: those under TLS, where HTTP/2 is.
    func breakShared(with endpoint: HTTPEndpoint) {
        guard endpoint.scheme == .https else { return }
        endpoints.withLockedValue { endpoints in
            for (socket, other) in endpoints where other == endpoint { shutdown(socket, Int32(SHUT_RDWR)) }
        }
    }
}
