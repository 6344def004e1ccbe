import ArgumentParser
import HTTPTransfer

struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Hands the addresses of this node over to others, without a gap.",
        discussion: """
            In ARP mode each address is announced by another node before this one lets go of it; what no other node can \
            take stays here. In BGP mode routes are marked with GRACEFUL_SHUTDOWN for bgp.grace, and then withdrawn. Holds \
            until 'herald undrain', or the end of the process.

            Exit status: 0 every address has another node; 1 some stay, or no herald answered; 64 the command line is \
            wrong.
            """)

    @OptionGroup var control: ControlOptions

    func run() async throws { try await control.order("/drain") }
}

struct Undrain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lets this node have addresses again after 'herald drain'.",
        discussion: "Exit status: 0 done; 1 no herald answered; 64 the command line is wrong.")

    @OptionGroup var control: ControlOptions

    func run() async throws { try await control.order("/undrain") }
}

struct Rebalance: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Offers to other nodes what this one has above its fair share of addresses.",
        discussion: """
            In ARP mode. Addresses stay where they are until this is asked for, or their node is gone; give the command on \
            the nodes that 'herald status' shows with more than others.

            Exit status: 0 done; 1 no herald answered; 64 the command line is wrong.
            """)

    @OptionGroup var control: ControlOptions

    func run() async throws { try await control.order("/rebalance") }
}

/// Where the herald of this node is told what to do.
struct ControlOptions: ParsableArguments {
    @Option(help: "The control socket (operations.socket of the configuration).", completion: .file())
    var socket = "/run/herald/herald.sock"

    /// Posts an order and prints the answer; one that is no success is an error.
    func order(_ path: String) async throws {
        let answer: (status: Int, text: String)
        do {
            answer = try await post(path)
        } catch {
            throw Failure(
                "no herald answers on \(socket): \(error); is 'herald run' running, with this operations.socket?")
        }
        guard answer.status == 200 else { throw Failure(answer.text) }
        print(answer.text)
    }

    private func post(_ path: String) async throws -> (status: Int, text: String) {
        let transfer = try HTTPTransfer.start()
        do {
            let endpoint = HTTPEndpoint(unixSocketPath: socket)
            let response = try await transfer.send(HTTPRequest(.post, endpoint, path))
            let body = try await response.body.collect(upTo: 65_536)
            await transfer.shutdown()
            let text = String(decoding: body.last == UInt8(ascii: "\n") ? body.dropLast() : body[...], as: UTF8.self)
            return (Int(response.status), text)
        } catch {
            await transfer.shutdown()
            throw error
        }
    }
}
