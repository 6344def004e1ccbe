import ArgumentParser
import FoundationEssentials
import HTTPTransfer
import Operations

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows each Service, its addresses, where they are, and why not.",
        discussion: """
            Asks the herald that runs on this node, over its control socket.

            Exit status: 0 herald answered; 1 it did not; 64 the command line is wrong.
            """)

    @Flag(help: "Prints everything as JSON instead of a table.")
    var json = false

    @Option(help: "The control socket (operations.socket of the configuration).", completion: .file())
    var socket = "/run/herald/herald.sock"

    /// The largest answer taken: a status of 100,000 Services.
    private static let answerLimit = 64 << 20

    func run() async throws {
        let body: [UInt8]
        do {
            body = try await fetch()
        } catch {
            throw Failure(
                "no herald answers on \(socket): \(error); is 'herald run' running, with this operations.socket?")
        }
        if json {
            print(String(decoding: body, as: UTF8.self))
        } else {
            let status = try JSONDecoder().decode(StatusDocument.self, from: Data(body))
            print(StatusTable(status).text)
        }
    }

    private func fetch() async throws -> [UInt8] {
        let transfer = try HTTPTransfer.start()
        do {
            let endpoint = HTTPEndpoint(unixSocketPath: socket)
            let response = try await transfer.send(HTTPRequest(.get, endpoint, "/status"))
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

/// An error that is told in one sentence.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
