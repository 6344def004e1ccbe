import FoundationEssentials
import Lab
import Operations
import Testing

extension IntegrationSuite {
    @Suite struct CommandTests {
        @Test("validate says of each file whether it can be used, and the exit status says so of all")
        func validate() async throws {
            try await withSite(isStarted: false) { site in
                let (home, good) = (site.herald.home, site.herald.home.path(of: "herald.yaml"))
                let fine = try site.herald.run("validate", good)
                #expect(fine.status == .exited(0))
                #expect(fine.text == "\(good): ok\n")

                try home.write("mode: carp\npools: 7\nspeed: fast\n", as: "broken.yaml")
                try home.write(String(repeating: "# nothing\n", count: 110_000), as: "huge.yaml")
                let paths = ["broken.yaml", "huge.yaml", "missing.yaml"].map { home.path(of: $0) }
                let broken = try site.herald.run("validate", paths[0], good)
                #expect(broken.status == .exited(1))
                let lines = broken.text.split(separator: "\n")
                for (line, place) in zip(lines, ["1:7", "2:8", "3:1"]) {
                    #expect(line.hasPrefix("\(paths[0]):\(place): error: "), "\(line)")
                }
                #expect(lines.dropFirst(3) == ["\(good): ok"])

                let huge = try site.herald.run("validate", paths[1])
                #expect(huge.status == .exited(1))
                #expect(
                    huge.text == "\(paths[1]): error: cannot read \(paths[1]): it is larger than the limit of 1048576 "
                        + "octets\n")
                let missing = try site.herald.run("validate", paths[2])
                #expect(missing.status == .exited(1))
                #expect(missing.text == "\(paths[2]): error: cannot read \(paths[2]): No such file or directory\n")
                #expect(try site.herald.run("validate", home.path).status == .exited(1))
                #expect(try site.herald.run("validate").status == .exited(64))
            }
        }

        @Test("with too few descriptors to work it does not start, and says so; the hard limit is what counts")
        func descriptors() async throws {
            try await withSite(isStarted: false) { site in
                let herald = site.herald
                func run(_ limit: String, _ command: [String]) throws -> Output {
                    try herald.node.run(["prlimit", "--nofile=\(limit)", try HeraldNode.program()] + command)
                }
                let start = ["run", "--config", herald.home.path(of: "herald.yaml")]
                for limit in ["24:24", "32:100"] {
                    let output = try run(limit, start)
                    #expect(output.status == .exited(1))
                    #expect(
                        output.errors.contains("(RLIMIT_NOFILE), and needs 128; raise the limit"), "\(output.errors)")
                }
            }
            try await withSite(isStarted: true) { site in
                let limits = try site.herald.node.run(["cat", "/proc/\(try site.herald.running.pid)/limits"]).text
                let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
                let numbers = line.split(separator: " ").compactMap { Int($0) }
                #expect(numbers.count == 2 && numbers[0] == min(numbers[1], 65_536))
            }
        }

        @Test("a second herald does not start in the network or with the state directory of another")
        func solitude() async throws {
            try await withSite { site in
                let (home, herald) = (site.herald.home, site.herald)
                func second(_ state: String) throws -> Output {
                    try home.write(
                        Settings().text(
                            manifests: herald.manifests.path, stateDirectory: state, socket: home.path(of: "2.sock")),
                        as: "second.yaml")
                    return try herald.run("run", "--config", home.path(of: "second.yaml"))
                }
                let sameState = try second(herald.state.path)
                #expect(sameState.status == .exited(1))
                #expect(sameState.errors.contains("another herald uses the state directory \(herald.state.path);"))
                func ofCluster(_ state: String) throws -> Output {
                    let text = """
                        mode: arp
                        pools: [{name: edge, addresses: [192.0.2.0/28]}]
                        source: {kubernetes: {stateDirectory: \(state)}}
                        operations: {socket: \(home.path(of: "2.sock"))}

                        """
                    try home.write(text, as: "second.yaml")
                    return try herald.run("run", "--config", home.path(of: "second.yaml"))
                }
                let sentence = "another herald uses the state directory \(herald.state.path);"
                try herald.state.write("half", as: ".herald-1.tmp")
                #expect(try ofCluster(herald.state.path).errors.contains(sentence))
                #expect(herald.state.exists(".herald-1.tmp"))
                // What a write that was cut short left is removed by who has the directory.
                let left = try Folder(home.path(of: "state3"))
                try left.write("half", as: ".herald-1.tmp")
                _ = try ofCluster(left.path)
                #expect(!left.exists(".herald-1.tmp"))
                // One that cannot be had is no reason not to serve.
                let withoutState = try ofCluster(home.path(of: "second.yaml") + "/state").errors
                #expect(withoutState.contains("another herald runs in this network namespace"))
                let sameNetwork = try second(home.path(of: "state2"))
                #expect(sameNetwork.status == .exited(1))
                #expect(sameNetwork.errors.contains("another herald runs in this network namespace"))
                #expect(try herald.run("status").isSuccess)
            }
        }

        @Test("validate tells the same as JSON")
        func validateJSON() async throws {
            struct Report: Decodable {
                var file: String
                var isUsable: Bool
                var problems: [Problem]
            }
            struct Problem: Decodable {}
            try await withSite(isStarted: false) { site in
                let good = site.herald.home.path(of: "herald.yaml")
                try site.herald.home.write("mode: carp\npools: 7\n", as: "broken.yaml")
                let broken = site.herald.home.path(of: "broken.yaml")
                let output = try site.herald.run("validate", "--format", "json", good, broken)
                #expect(output.status == .exited(1))
                let reports = try JSONDecoder().decode([Report].self, from: Data(output.standardOutput))
                #expect(reports.map(\.file) == [good, broken])
                #expect(reports.map(\.isUsable) == [true, false])
                #expect(reports.map(\.problems.count) == [0, 2])
            }
        }

        @Test("run with a bad configuration ends with status 1 and the list of what is wrong")
        func badConfiguration() async throws {
            try await withSite(isStarted: false) { site in
                try site.herald.home.write("mode: carp\npools: 7\n", as: "herald.yaml")
                try site.herald.launch()
                let output = try site.herald.running.wait(timeout: HeraldNode.patience)
                #expect(output.status == .exited(1))
                let lines = output.errors.split(separator: "\n")
                #expect(lines.count == 2, "\(output.errors)")
                for (line, place) in zip(lines, ["1:7", "2:8"]) {
                    #expect(line.hasPrefix("\(site.herald.home.path(of: "herald.yaml")):\(place): error: "))
                }
            }
        }

        @Test("a second herald of one configuration ends with a sentence and does the first no harm")
        func second() async throws {
            try await withSite(Settings(), Manifest(name: "web")) { site in
                let address = try #require(try site.herald.waitUntilAnnounced("web").first)
                let monitor = try site.node.start(["ip", "-o", "monitor", "address"])
                let output = try site.herald.run(
                    "run", "--config", site.herald.home.path(of: "herald.yaml"), "--node-name", "other")
                #expect(output.status == .exited(1))
                #expect(output.errors.contains("another herald uses the state directory \(site.herald.state.path);"))
                #expect(!monitor.output.contains("Deleted"))
                #expect(try site.answers(address))
                #expect(try site.herald.service("web")?.state == "Announced")
                #expect(try site.herald.stateFile("web").isAnnounced)
            }
        }

        @Test("status with no herald running ends with status 1 and a sentence")
        func nobody() async throws {
            try await withSite(isStarted: false) { site in
                let output = try site.herald.run("status")
                #expect(output.status == .exited(1))
                #expect(output.text.isEmpty)
                let socket = site.herald.home.path(of: "herald.sock")
                #expect(output.errors.contains("no herald answers on \(socket): "))
                #expect(output.errors.contains("is 'herald run' running, with this operations.socket?"))
                #expect(output.errors.split(separator: "\n").count == 1, "\(output.errors)")
            }
        }
    }
}
