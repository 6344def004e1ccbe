import Glibc
import Lab
import NetworkTypes
import Testing

extension LabSuite {
    @Suite struct ProgramTests {
        private func withNode(_ body: @escaping @Sendable (Lab, Node) throws -> Void) async throws {
            try await withLab { lab in try body(lab, try lab.addNode("node", on: try lab.addSwitch())) }
        }

        @Test("a program's status, output and environment come through")
        func run() async throws {
            try await withNode { _, node in
                let output = try node.run(
                    ["sh", "-c", "echo $COLOUR; echo no >&2; exit 3"], environment: ["COLOUR": "green"])
                #expect(output.status == .exited(3))
                #expect(output.text == "green\n")
                #expect(output.errors == "no\n")
                #expect(try node.run(["ls", "/sys/class/net"]).text == "eth0\nlo\n")
            }
        }

        @Test("a program that takes too long is killed together with its children")
        func timeout() async throws {
            try await withNode { _, node in
                #expect(throws: LabError.self) {
                    try node.run(["sh", "-c", "sleep 1000 & sleep 1000"], timeout: .milliseconds(50))
                }
                try eventually(within: .seconds(1)) {
                    try node.run(["ip", "netns", "pids", node.namespaceName]).isAlone
                }
            }
        }

        @Test("a process can be frozen, resumed and killed")
        func signals() async throws {
            try await withNode { lab, node in
                let log = "\(lab.folder)/loop.log"
                let process = try node.start(["sh", "-c", "while echo tick; do sleep 0.01; done"], log: log)
                try eventually(within: .seconds(2)) { process.output.contains("tick") }
                process.stop()
                LabClock.sleep(for: .milliseconds(30))
                let frozen = process.output
                LabClock.sleep(for: .milliseconds(60))
                #expect(process.output == frozen)
                #expect(process.isRunning)
                process.resume()
                try eventually(within: .seconds(2)) { process.output != frozen }
                process.kill9()
                #expect(try process.wait(timeout: .seconds(1)).status == .killed(SIGKILL))
                #expect(!process.isRunning)
                #expect(try node.run(["cat", log]).text == process.output)
            }
        }

        @Test("programs and namespaces end with their lab")
        func endsWithLab() async throws {
            let (name, process, stray) = try await withLab { lab in
                let node = try lab.addNode("node", on: try lab.addSwitch())
                let process = try node.start(["sleep", "1000"])
                // A daemon that leaves its group and session.
                let stray = try node.run(["setsid", "sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"])
                return (node.namespaceName, process, try #require(Int32(stray.text.dropLast())))
            }
            #expect(!process.isRunning)
            #expect(!Programs.isAlive(stray))
            #expect(!Namespaces.exists(name))
        }

        @Test("an error in the body is thrown on and the lab is gone")
        func bodyThrows() async throws {
            struct Oops: Error { let namespace: String }
            let error = await #expect(throws: Oops.self) {
                try await withLab { lab in
                    let node = try lab.addNode("node", on: try lab.addSwitch())
                    throw Oops(namespace: node.namespaceName)
                }
            }
            #expect(!Namespaces.exists(try #require(error?.namespace)))
        }

        @Test("a lab whose process is ended leaves nothing behind", arguments: [SIGKILL, SIGTERM, SIGINT])
        func interrupted(signal: Int32) async throws {
            try await withNode { lab, node in
                // The lab inside a lab's process: its namespaces are the host's to see all the same.
                let process = try node.start([try Programs.probePath(), "lab"])
                try eventually(within: .seconds(5)) { process.output.contains("ready ") }
                let words = process.output.split(whereSeparator: \.isWhitespace)
                let sleeper = try #require(words.dropFirst().first.flatMap { Int32($0) })
                #expect(try Namespaces.of(process.pid).count == 3)
                #expect(Programs.isAlive(sleeper))

                process.signal(signal)
                let took = try eventually(
                    within: .seconds(3), observe: { try Namespaces.of(process.pid) }, until: \.isEmpty)
                print("lab: after signal \(signal) all gone in \(took.after)")
                #expect(!Programs.isAlive(sleeper))
                #expect(try process.wait(timeout: .seconds(1)).status == .killed(signal))
            }
        }

        @Test("programs die with a lab whose janitor was killed too, and the next lab sweeps up what is left")
        func sweep() async throws {
            try await withNode { _, node in
                let process = try node.start([try Programs.probePath(), "lab"])
                try eventually(within: .seconds(5)) { process.output.contains("ready ") }
                let words = process.output.split(whereSeparator: \.isWhitespace)
                let sleeper = try #require(words.dropFirst().first.flatMap { Int32($0) })
                let janitor = try node.run(["pgrep", "-x", "-P", "\(process.pid)", "sh"]).text
                #expect(kill(try #require(Int32(janitor.dropLast())), SIGKILL) == 0)

                process.kill9()
                try eventually(within: .seconds(2)) { !Programs.isAlive(sleeper) }
                try process.wait(timeout: .seconds(1))
                let left = try Namespaces.of(process.pid)
                #expect(left.count == 3)
                try Lab.make(named: "the next").close()
                #expect(try Namespaces.of(process.pid).isEmpty)
            }
        }
    }
}

extension Output {
    /// Whether `ip netns pids` found nothing but itself.
    fileprivate var isAlone: Bool { text.split(separator: "\n").count <= 1 }
}
