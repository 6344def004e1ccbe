import FoundationEssentials
import Lab
import NetworkTypes

/// FRR's zebra, bgpd and bfdd on a node of a lab, with folders of their own.
struct FRR: Sendable {
    let node: Node
    private let folder: String

    init(on node: Node, in lab: Lab, _ configuration: String) throws {
        self.node = node
        folder = "\(lab.folder)/frr-\(node.name)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let text = "debug bgp neighbor-events\nlog file \(folder)/log debugging\n\(configuration)\n"
        for daemon in ["zebra", "bgpd", "bfdd"] {
            try (daemon == "bgpd" ? text : "log file \(folder)/log debugging\n").write(
                toFile: "\(folder)/\(daemon).conf", atomically: true, encoding: .utf8)
        }
        // The daemons give up root.
        for command in [["chmod", "755", lab.folder], ["chown", "-R", "frr:frr", folder]] { _ = try node.run(command) }
        try start("zebra")
        try eventually("zebra is there", within: .seconds(5), every: .milliseconds(10)) {
            FileManager.default.fileExists(atPath: "\(folder)/zserv.api")
        }
        try start("bfdd", "--bfdctl", "\(folder)/bfdd.sock")
        try start("bgpd", "-p", "179")
        let frr = self
        try eventually("bgpd answers", within: .seconds(10)) { try frr.show("bgp summary").contains("outer") }
    }

    private func start(_ daemon: String, _ more: String...) throws {
        _ = try node.start(
            [
                "/usr/lib/frr/\(daemon)", "-f", "\(folder)/\(daemon).conf", "-i", "\(folder)/\(daemon).pid", "-z",
                "\(folder)/zserv.api", "--vty_socket", folder, "-P", "0",
            ] + more, log: "\(folder)/\(daemon).out")
    }

    /// A session with herald that takes both families.
    static func session(
        _ neighbor: String, asn: String = "64500", herald: String = "64512", identifier: String,
        options: [String] = []
    ) -> String {
        let lines = options.map { " neighbor \(neighbor) \($0)\n" }.joined()
        return """
            router bgp \(asn)
             bgp router-id \(identifier)
             bgp log-neighbor-changes
             no bgp ebgp-requires-policy
             no bgp default ipv4-unicast
             timers bgp 3 9
             neighbor \(neighbor) remote-as \(herald)
            \(lines) neighbor \(neighbor) timers connect 1
             address-family ipv4 unicast
              neighbor \(neighbor) activate
             exit-address-family
             address-family ipv6 unicast
              neighbor \(neighbor) activate
             exit-address-family
            """
    }

    func show(_ what: String) throws -> String { try command("show \(what)") }

    func command(_ text: String) throws -> String {
        let output = try node.run(["vtysh", "--vty_socket", folder, "-c", text])
        return output.text + output.errors
    }

    func has(_ prefix: String) throws -> Bool {
        let family = prefix.contains(":") ? "ipv6" : "ipv4"
        return try show("bgp \(family) unicast \(prefix)").contains("best")
    }

    func waitForRoute(_ prefix: String) throws {
        try eventually("FRR has \(prefix)", within: Speaker.patience, every: .milliseconds(20)) { try has(prefix) }
    }

    func waitForNoRoute(_ prefix: String) throws {
        try eventually("FRR has no \(prefix)", within: Speaker.patience, every: .milliseconds(20)) {
            try !has(prefix)
        }
    }

    var log: String { (try? String(contentsOfFile: "\(folder)/log", encoding: .utf8)) ?? "" }
}
