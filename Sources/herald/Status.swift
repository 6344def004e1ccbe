import ArgumentParser
import FoundationEssentials
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

    func run() async throws {
        let body = try await ControlClient(socket: socket).fetch("/status")
        if json {
            print(String(decoding: body, as: UTF8.self))
        } else {
            let status = try JSONDecoder().decode(StatusDocument.self, from: Data(body))
            print(StatusTable(status).text)
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
