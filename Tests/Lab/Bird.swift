import FoundationEssentials
import NetworkTypes

/// BIRD 2 on a node of a lab.
public struct Bird: Sendable {
    /// Where it runs.
    public let node: Node
    /// The daemon.
    public let process: ChildProcess
    private let control: String
    private let logFile: String

    /// How long a route or a line of the log is waited for.
    public static let patience = Duration.seconds(10)

    /// `configuration` comes after the parts that every router needs.
    public init(on node: Node, in lab: Lab, _ configuration: String) throws {
        self.node = node
        control = "\(lab.folder)/\(node.name).ctl"
        logFile = "\(lab.folder)/\(node.name).log"
        let file = "\(lab.folder)/\(node.name).conf"
        try Self.text(node, logFile, configuration).write(toFile: file, atomically: true, encoding: .utf8)
        process = try node.start(["bird", "-f", "-c", file, "-s", control, "-P", "\(control).pid"])
        let bird = self
        try eventually("BIRD answers", within: .seconds(5)) { try bird.show("status").contains("running") }
    }

    private static func text(_ node: Node, _ log: String, _ configuration: String) -> String {
        """
        log "\(log)" all;
        router id \(node.ipv4);
        protocol device { scan time 1; }
        protocol kernel k4 { ipv4 { export all; }; merge paths; }
        protocol kernel k6 { ipv6 { export all; }; merge paths; }
        \(configuration)

        """
    }

    /// BFD at 50 ms, three of which may be missing, for sessions with `bfd on`, on one link or over several hops.
    public static let bfd =
        "protocol bfd { interface \"*\" { interval 50 ms; multiplier 3; }; multihop { interval 50 ms; multiplier 3; }; }\n"

    /// A session with herald on `neighbor` that takes both families.
    public static func session(
        _ neighbor: Node, name: String = "herald", asn: String = "64500", herald: String = "64512",
        options: String = "passive;", channel: String = "import all; export none;"
    ) -> String {
        """
        protocol bgp \(name) {
          local as \(asn); neighbor \(neighbor.ipv4) as \(herald); \(options)
          ipv4 { \(channel) };
          ipv6 { \(channel) };
        }
        """
    }

    /// What `birdc show` prints.
    public func show(_ what: String) throws -> String { try command("show \(what)") }

    /// What `birdc` prints.
    public func command(_ text: String) throws -> String {
        try node.run(["birdc", "-s", control] + text.split(separator: " ").map(String.init)).text
    }

    /// Every route, with its attributes.
    public func routes() throws -> String { try show("route all") }

    /// Whether there is a route to exactly this prefix, or one that covers it.
    public func has(_ prefix: String) throws -> Bool { try show("route for \(prefix)").contains(prefix) }

    /// What it logged.
    public var log: String { (try? String(contentsOfFile: logFile, encoding: .utf8)) ?? "" }

    /// Throws when it does not come in time.
    public func waitForRoute(_ prefix: String, within limit: Duration = patience) throws {
        try eventually("BIRD has \(prefix)", within: limit, every: .milliseconds(5)) { try has(prefix) }
    }

    /// Throws when it does not go in time.
    public func waitForNoRoute(_ prefix: String, within limit: Duration = patience) throws {
        try eventually("BIRD has no \(prefix)", within: limit, every: .milliseconds(5)) { try !has(prefix) }
    }

    /// Throws when the text does not come in time.
    public func waitForLog(_ text: String) throws {
        try eventually("BIRD logs '\(text)'", within: Self.patience) { log.contains(text) }
    }
}
