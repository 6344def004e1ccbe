import ArgumentParser
import CLinux
import CTaskPool
import Configuration
import CoreMetrics
import FoundationEssentials
import Glibc
import Logging
import NetworkTypes
import Operator

struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Serves: allocates, announces and writes status, until it is told to stop.",
        discussion: """
            Needs the capabilities NET_ADMIN and NET_RAW. SIGTERM and SIGINT withdraw every address and end the process; \
            SIGHUP reads the configuration again, as does a change of the file.

            Exit status: 0 after SIGTERM or SIGINT; 1 the configuration cannot be used, or a part could not start; \
            64 the command line is wrong.
            """)

    @Option(help: "The configuration file.", completion: .file(extensions: ["yaml"]))
    var config: String

    @Option(help: "The name of this node; by default that in the environment's NODE_NAME, else the host's name.")
    var nodeName: String?

    @Option(help: "The kubeconfig that names the API server, instead of the configuration's.", completion: .file())
    var kubeconfig: String?

    @Option(help: "The context of the kubeconfig, instead of the configuration's or the current one.")
    var context: String?

    func run() async throws {
        // Measured: a tenth less memory with 1,000 addresses, a seventh less with 10,000.
        herald_keep_heap_small()
        // What reads the log, or a connection, may end; that is no reason to.
        _ = signal(SIGPIPE, SIG_IGN)
        // It does nothing until the configuration is followed, which begins with a look at the file. Were it ignored,
        // programs that this one runs would inherit that.
        _ = signal(SIGHUP) { _ in }
        let parsed: ParsedConfiguration
        do {
            parsed = try ConfigurationKeeper.read(config)
        } catch {
            Self.complain("\(error)")
            throw ExitCode(1)
        }
        let name = nodeName ?? Self.environmentName() ?? Self.hostName()
        guard !name.isEmpty, name.utf8.count <= 253 else {
            Self.complain("error: '\(name)' is no name for a node; give one of 1 to 253 octets with --node-name")
            throw ExitCode(1)
        }
        LogOutput.install(parsed.configuration.log)
        defer { LogOutput.finish() }
        MetricsSystem.bootstrap(Daemon.metrics)
        do {
            try DescriptorLimit.raise()
            let refused = herald_task_pool_start(herald_usable_processors())
            if refused != 0 {
                Logger(label: "herald").warning(
                    "tasks run where the runtime puts them", metadata: ["error": "\(refused)"])
            }
            let cluster = ClusterOptions(kubeconfig: kubeconfig, context: context)
            try await Daemon(node: NodeName(name), file: config, parsed: parsed, cluster: cluster).run()
        } catch {
            Logger(label: "herald").critical("stopped", metadata: ["error": "\(error)"])
            throw ExitCode(1)
        }
    }

    private static func complain(_ text: String) {
        FileHandleOutput.standardError.write(text + "\n")
    }

    private static func environmentName() -> String? {
        ProcessInfo.processInfo.environment["NODE_NAME"].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func hostName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        let octets = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return String(decoding: octets, as: UTF8.self)
    }
}
