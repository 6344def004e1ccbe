import HTTPTransfer

/// Asks the herald that runs on this node, over its control socket.
struct ControlClient {
    let socket: String

    /// The largest answer taken: a status of 100,000 Services.
    private static let answerLimit = 64 << 20

    /// The answer to a path; throws a sentence when there is none.
    func fetch(_ path: String) async throws -> [UInt8] {
        do {
            return try await ask(path)
        } catch {
            throw Failure(
                "no herald answers on \(socket): \(error); is 'herald run' running, with this operations.socket?")
        }
    }

    private func ask(_ path: String) async throws -> [UInt8] {
        let transfer = try HTTPTransfer.start()
        do {
            let endpoint = HTTPEndpoint(unixSocketPath: socket)
            let response = try await transfer.send(HTTPRequest(.get, endpoint, path))
            let body = try await response.body.collect(upTo: Self.answerLimit)
            await transfer.shutdown()
            guard response.status == 200 else { throw Failure("it answered with status \(response.status)") }
            return body
        } catch {
            await transfer.shutdown()
            throw error
        }
    }
}
