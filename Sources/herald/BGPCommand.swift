import ArgumentParser
import FoundationEssentials
import Operations

struct BGPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bgp",
        abstract: "Shows the BGP peers of this node, and the routes they have.",
        discussion: "Exit status: 0 herald answered; 1 it did not; 64 the command line is wrong.",
        subcommands: [Peers.self, Routes.self])

    struct Asking: ParsableArguments {
        @Flag(help: "Prints JSON instead of a table.")
        var json = false

        @Option(help: "The control socket (operations.socket of the configuration).", completion: .file())
        var socket = "/run/herald/herald.sock"
    }

    struct Peers: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows each peer: its session, BFD, counters, and the last error.",
            discussion: "Exit status: 0 herald answered; 1 it did not; 64 the command line is wrong.")

        @OptionGroup var asking: Asking

        func run() async throws {
            let body = try await ControlClient(socket: asking.socket).fetch("/status")
            let status = try JSONDecoder().decode(StatusDocument.self, from: Data(body))
            let bgp = status.bgp ?? StatusDocument.BGP(peers: [])
            if asking.json {
                try Self.printJSON(bgp)
            } else {
                print(PeerTable(bgp).details.map(StatusTable.printable).joined(separator: "\n"))
            }
        }

        private static func printJSON(_ bgp: StatusDocument.BGP) throws {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(bgp), as: UTF8.self))
        }
    }

    struct Routes: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows each route that a peer has from this node, with its attributes.",
            discussion: "Exit status: 0 herald answered; 1 it did not; 64 the command line is wrong.")

        @OptionGroup var asking: Asking

        func run() async throws {
            let body = try await ControlClient(socket: asking.socket).fetch("/bgp/routes")
            guard !asking.json else { return print(String(decoding: body, as: UTF8.self)) }
            let routes = try JSONDecoder().decode([StatusDocument.BGP.Route].self, from: Data(body))
            let rows = routes.map { route in
                [
                    route.prefix, route.peer, route.communities.joined(separator: " "),
                    route.localPreference.map { "\($0)" } ?? "-", route.med.map { "\($0)" } ?? "-",
                    "\(route.prepend)",
                ]
            }
            let header = ["PREFIX", "PEER", "COMMUNITIES", "LOCAL-PREF", "MED", "PREPEND"]
            let lines = rows.isEmpty ? ["no peer has a route of this node"] : align([header] + rows)
            print(lines.map(StatusTable.printable).joined(separator: "\n"))
        }
    }
}
