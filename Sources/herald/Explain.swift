import ArgumentParser
import FoundationEssentials
import Operations

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tells why a Service's address works or not: every gate in order, and the first that does not hold.",
        discussion: """
            Asks the herald that runs on this node. Where several nodes share addresses, the node that has the address \
            knows most of it; 'herald status' says which that is.

            Exit status: 0 everything holds; 1 something does not, or no herald answered; 64 the command line is wrong.
            """)

    @Argument(help: "A Service, as NAMESPACE/NAME or NAME, or an address.")
    var subject: String

    @Flag(help: "Prints everything as JSON.")
    var json = false

    @OptionGroup var control: ControlOptions

    func validate() throws {
        guard !subject.isEmpty, subject.utf8.count <= 512 else { throw ValidationError("name a Service or an address") }
    }

    func run() async throws {
        let body = try await ControlClient(socket: control.socket).fetch(
            "/explain?subject=\(Self.encoded(subject))")
        let documents = try JSONDecoder().decode([ExplanationDocument].self, from: Data(body))
        if json {
            print(String(decoding: body, as: UTF8.self))
        } else {
            print(documents.map(Self.text).joined(separator: "\n\n"))
        }
        if documents.contains(where: { $0.obstacle != nil }) { throw ExitCode(1) }
    }

    private static func text(_ document: ExplanationDocument) -> String {
        let width = document.gates.map(\.name.count).max() ?? 0
        let lines = document.gates.map { gate in
            let mark =
                switch gate.verdict {
                case "holds": "ok  "
                case "noted": "note"
                case "fails": "NO  "
                default: "-   "
                }
            let name = gate.name + String(repeating: " ", count: width - gate.name.count)
            return gate.sentence.isEmpty ? "  \(mark)  \(gate.name)" : "  \(mark)  \(name)  \(gate.sentence)"
        }
        let head = "\(document.subject), as node \(document.node) sees it"
        return ([head] + lines).map(StatusTable.printable).joined(separator: "\n")
    }

    /// Everything but letters, digits and a few marks as percent signs.
    static func encoded(_ text: String) -> String {
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._".utf8)
        return text.utf8.reduce(into: "") { result, octet in
            if plain.contains(octet) {
                result.unicodeScalars.append(Unicode.Scalar(octet))
            } else {
                result += (octet < 16 ? "%0" : "%") + String(octet, radix: 16, uppercase: true)
            }
        }
    }
}
