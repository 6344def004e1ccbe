import FoundationEssentials
import Glibc
import Lab
import NetworkTypes

/// Shows the main job on a network made for it, step by step, and fails where a step does not hold.
@main
struct Demo {
    static func main() async {
        do {
            try await withLab(named: "demo") { lab in
                try Show(lab, binary: binary()).run()
            }
        } catch {
            Stage.fail("\(error)")
            exit(1)
        }
    }

    /// The release binary of this checkout, or what `HERALD_BINARY` names.
    private static func binary() -> String {
        if let named = ProcessInfo.processInfo.environment["HERALD_BINARY"] { return named }
        return FileManager.default.currentDirectoryPath + "/.build/release/herald"
    }
}

/// What the audience sees.
enum Stage {
    private static let isTerminal = isatty(1) == 1

    static func title(_ text: String) { print("\n" + styled(text, "1;36")) }
    static func say(_ text: String) { print("  " + text) }
    static func holds(_ text: String) { print("  " + styled("ok", "1;32") + "  " + text) }
    static func fail(_ text: String) { print("  " + styled("FAILED", "1;31") + "  " + text) }
    static func quote(_ text: String) {
        for line in text.split(separator: "\n") { print("      " + styled(String(line), "2")) }
    }

    private static func styled(_ text: String, _ style: String) -> String {
        isTerminal ? "\u{1B}[\(style)m\(text)\u{1B}[0m" : text
    }
}

/// A step that did not hold.
struct StepFailed: Error, CustomStringConvertible {
    let description: String
}

struct Show {
    private let lab: Lab
    private let binary: String
    private let host: Node
    private let client: Node
    private let router: Node
    private let folder: String

    init(_ lab: Lab, binary: String) throws {
        self.lab = lab
        self.binary = binary
        guard FileManager.default.isExecutableFile(atPath: binary) else {
            throw StepFailed(description: "there is no \(binary); run make release first")
        }
        let lan = try lab.addSwitch("lan", ipv4: CIDR("192.168.10.0/24"), ipv6: CIDR("fd00:10::/64"))
        host = try lab.addNode("host", on: lan)
        client = try lab.addNode("client", on: lan)
        router = try lab.addNode("router", on: lan, host: 254)
        folder = lab.folder + "/herald"
    }

    func run() throws {
        Stage.title("A network of its own: a host, a client, a switch between them")
        Stage.say("Nothing of this touches the machine's own network.")
        _ = try host.serveHTTP(port: 80, text: "a page from the host\n")
        try copyExamples()

        Stage.title("1. herald starts with two Service manifests of examples/standalone")
        var herald = try start()
        let web = try address(of: "web", in: "default")[0]
        let shop = try address(of: "shop", in: "sales")
        Stage.holds("default/web has \(web); sales/shop has \(shop[0]) and \(shop[1])")

        Stage.title("2. The client finds each address and fetches a page from it")
        for address in [web] + shop { try fetch(address) }

        Stage.title("3. A manifest is edited: the address follows")
        let wanted = try parsed("192.168.10.105")
        try edit(
            "services/web.yaml", "  name: web\n",
            "  name: web\n  annotations:\n    herald-lb.io/addresses: \(wanted)\n")
        try holds("default/web moved to \(wanted)") { try host.hasAddress(wanted) && !host.hasAddress(web) }
        try fetch(wanted)

        Stage.title("4. herald status")
        try showStatus()

        Stage.title("5. The process is killed with -9: the kernel takes the addresses away by itself")
        let killed = herald.kill9()
        let gone = try eventually("the addresses leave", within: .seconds(8), every: .milliseconds(20)) {
            try !host.hasAddress(wanted) && !shop.contains { try host.hasAddress($0) }
        }
        _ = killed
        Stage.holds("gone \(Self.text(gone)) after the kill, with nobody's help (they live 5 s unless refreshed)")

        Stage.title("6. It starts again: the same addresses, from the records")
        herald = try start()
        try holds("default/web is back on \(wanted)") { try host.hasAddress(wanted) }
        try fetch(wanted)

        Stage.title("7. One word in the configuration: the same Services go over BGP to a router")
        try startRouter()
        try edit("herald.yaml", "mode: arp", "mode: bgp")
        for address in [wanted] + shop { try holds("BIRD has a route to \(address)") { try routerHas(address) } }
        Stage.quote(try bird("show route"))
        for address in [wanted] + shop { try fetchByRoute(address) }
        try holds("BFD watches the path") { try bird("show bfd sessions").contains("Up") }
        Stage.quote(try host.run([binary, "bgp", "peers", "--socket", "\(folder)/herald.sock"]).text)

        Stage.title("8. SIGTERM: marked for a second, withdrawn, and told why")
        let end = try herald.end(grace: .seconds(5))
        guard end.isSuccess else { throw StepFailed(description: "herald ended with \(end.status): \(end.errors)") }
        try holds("the router has no route left, exit status 0") { try !routerHas(wanted) }
        try holds("no address is left on the host") { try !host.hasAddress(wanted) }
        Stage.title("The network is taken down. That was the main job.")
    }

    // MARK: BGP

    /// A router with BIRD, which the client sends everything to.
    private func startRouter() throws {
        try edit(
            "herald.yaml", "operations:\n",
            "bgp:\n  asn: 64512\n  peers:\n    - {name: tor, address: \(router.ipv4), asn: 64500, bfd: true}\noperations:\n"
        )
        let text = """
            router id \(router.ipv4);
            protocol device {}
            protocol kernel k4 { ipv4 { export all; }; }
            protocol kernel k6 { ipv6 { export all; }; }
            protocol bfd { interface "*" { interval 50 ms; multiplier 3; }; }
            protocol bgp host {
              local as 64500; neighbor \(host.ipv4) as 64512; passive; bfd on;
              ipv4 { import all; export none; };
              ipv6 { import all; export none; };
            }

            """
        try text.write(toFile: "\(folder)/bird.conf", atomically: true, encoding: .utf8)
        _ = try router.start(
            ["bird", "-f", "-c", "\(folder)/bird.conf", "-s", "\(folder)/bird.ctl", "-P", "\(folder)/bird.pid"])
        try holds("BIRD runs on the router") { try bird("show status").contains("running") }
    }

    private func bird(_ command: String) throws -> String {
        let output = try router.run(
            ["birdc", "-s", "\(folder)/bird.ctl"] + command.split(separator: " ").map(String.init))
        return output.text.split(separator: "\n").dropFirst().joined(separator: "\n")
    }

    private func routerHas(_ address: IPAddress) throws -> Bool {
        try bird("show route for \(address)").contains("via")
    }

    private func fetchByRoute(_ address: IPAddress) throws {
        let page = try router.fetch(address, port: 80, within: .seconds(3)) ?? ""
        guard page.contains("a page from the host") else {
            throw StepFailed(description: "the router got '\(page)' from \(address)")
        }
        Stage.holds("the page came from \(address), by the route that BGP brought")
    }

    // MARK: Steps

    private func copyExamples() throws {
        let examples = FileManager.default.currentDirectoryPath + "/examples/standalone"
        try FileManager.default.copyItem(atPath: examples, toPath: folder)
        try edit("herald.yaml", "/var/lib/herald", "\(folder)/state")
        try edit("herald.yaml", "/run/herald/herald.sock", "\(folder)/herald.sock")
    }

    private func start() throws -> ChildProcess {
        let herald = try host.start(
            [binary, "run", "--config", "\(folder)/herald.yaml", "--node-name", "host"], log: "\(folder)/herald.log")
        let time = try eventually("herald answers", within: .seconds(5), every: .milliseconds(10)) {
            guard herald.isRunning else { throw StepFailed(description: "herald ended: \(herald.errors)") }
            return try status().isSuccess
        }
        Stage.holds("it runs and answers after \(Self.text(time))")
        return herald
    }

    private func status() throws -> Output {
        try host.run([binary, "status", "--socket", "\(folder)/herald.sock"])
    }

    private func showStatus() throws {
        let output = try status()
        guard output.isSuccess else { throw StepFailed(description: output.errors) }
        Stage.quote(output.text)
    }

    /// The addresses in effect, as the status file says.
    private func address(of name: String, in namespace: String) throws -> [IPAddress] {
        let file = "\(folder)/state/services/\(namespace)/\(name).json"
        var addresses: [IPAddress] = []
        _ = try eventually("\(namespace)/\(name) gets its addresses", within: .seconds(5), every: .milliseconds(10)) {
            guard let text = try? Data(contentsOf: URL(filePath: file)),
                let state = try? JSONDecoder().decode(StateFile.self, from: text)
            else { return false }
            addresses = (state.status?.loadBalancer?.ingress ?? []).compactMap { IPAddress($0.ip) }
            return addresses.count == (name == "shop" ? 2 : 1)
        }
        return addresses
    }

    private struct StateFile: Decodable {
        struct Status: Decodable { var loadBalancer: LoadBalancer? }
        struct LoadBalancer: Decodable { var ingress: [Ingress]? }
        struct Ingress: Decodable { var ip: String }
        var status: Status?
    }

    private func fetch(_ address: IPAddress) throws {
        let page = try client.fetch(address, port: 80, within: .seconds(3)) ?? ""
        guard page.contains("a page from the host") else {
            throw StepFailed(description: "the client got '\(page)' from \(address)")
        }
        let neighbour = try client.neighbour(of: address)
        guard neighbour?.mac == host.mac else {
            throw StepFailed(description: "the client resolved \(address) to \(String(describing: neighbour))")
        }
        Stage.holds("\(address) is at \(host.mac), and the page came")
    }

    private func holds(_ what: String, _ condition: () throws -> Bool) throws {
        let time = try eventually(what, within: .seconds(5), every: .milliseconds(10), condition)
        Stage.holds("\(what) (\(Self.text(time)))")
    }

    private func edit(_ file: String, _ old: String, _ new: String) throws {
        let path = "\(folder)/\(file)"
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard text.contains(old) else { throw StepFailed(description: "\(path) has no '\(old)'") }
        try text.replacing(old, with: new).write(toFile: path, atomically: true, encoding: .utf8)
    }

    private func parsed(_ text: String) throws -> IPAddress {
        guard let address = IPAddress(text) else { throw StepFailed(description: "'\(text)' is no address") }
        return address
    }

    private static func text(_ duration: Duration) -> String {
        "\(duration.wholeNanoseconds / 1_000_000) ms"
    }
}
