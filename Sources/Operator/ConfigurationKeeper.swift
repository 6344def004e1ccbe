public import Configuration
import FileSystem
public import FoundationEssentials
public import Logging
public import ServiceLifecycle
import UnixSignals

/// Keeps the configuration in force equal to its file: a changed file is taken whole or not at all.
///
/// The file is read again when it changes, however it is written or swapped, and on SIGHUP. One that cannot be taken leaves
/// the old configuration in force, and the reason is logged and kept for the status. The warnings about one that is in
/// force are logged each time that it is taken.
public actor ConfigurationKeeper: Service {
    /// What is in force.
    public struct State: Sendable {
        /// Its path, as it was given; it does not change.
        public var file: String
        /// The newest text that was taken, and the warnings about it.
        public var parsed: ParsedConfiguration
        /// When it was taken, by the wall clock; on SIGHUP it is taken anew.
        public var loaded: Date
        /// Why the file is not in force as it stands, a line for each mistake; nil when it is.
        public var rejected: String?
        /// What of the configuration in force waits for a restart, in a sentence; nil when nothing does.
        public var waiting: String?

        /// Whatever keeps the file from being in force as a whole, a line for each reason; nil when all of it is.
        public var obstacle: String? {
            let reasons = [rejected, waiting].compactMap(\.self)
            return reasons.isEmpty ? nil : reasons.joined(separator: "\n")
        }
    }

    /// Puts a new configuration in force and returns what needs a restart to follow it, if anything, given the one that
    /// the process started with.
    public typealias Apply = @Sendable (_ new: Configuration, _ initial: Configuration) async -> [String]

    /// Replaced as a whole when a file is taken; a file that is not taken changes `rejected` only.
    public private(set) var state: State
    /// Whether the file is being read and put in force.
    private var isReloading = false
    /// What is to be done once that has ended, and whether someone asked for it; nil for nothing.
    private var next: Bool?
    private let initial: Configuration
    private let apply: Apply
    private let logger: Logger
    private let watching: Watching

    /// How the file is watched, and how often it is read where it cannot be.
    struct Watching: Sendable {
        var watch: @Sendable (_ file: String) throws -> FileWatcher = { try FileWatcher(paths: [$0]) }
        var interval = Duration.seconds(10)
    }

    /// Takes what was already read from `file` as being in force, without applying it; `run()` follows the file.
    public init(file: String, parsed: ParsedConfiguration, logger: Logger, apply: @escaping Apply) {
        self.init(file: file, parsed: parsed, watching: Watching(), logger: logger, apply: apply)
    }

    init(
        file: String, parsed: ParsedConfiguration, watching: Watching, logger: Logger, apply: @escaping Apply
    ) {
        self.watching = watching
        state = State(file: file, parsed: parsed, loaded: Date())
        initial = parsed.configuration
        self.apply = apply
        self.logger = logger
    }

    /// Reads and checks a file.
    public static func read(_ file: String) throws -> ParsedConfiguration {
        try Configuration.parse(BoundedFile.read(file, limit: Configuration.largestFile), file: file)
    }

    /// Follows the file until graceful shutdown.
    public func run() async throws {
        tellWarnings()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                group.addTask { await self.followFile() }
                group.addTask {
                    for await _ in await UnixSignalsSequence(trapping: .sighup) { await self.reload(asked: true) }
                }
            }
        }
    }

    /// A host whose watches are all used up by others is no reason not to serve: the file is read now and then instead.
    private func followFile() async {
        var problem: String?
        while !Task.isCancelled {
            do {
                let watcher = try watching.watch(state.file)
                defer { watcher.stop() }
                if problem != nil { logger.notice("changes of the configuration are watched again") }
                problem = nil
                // It may have changed since it was read, before anybody watched it.
                await reload(asked: false)
                for await _ in watcher.changes { await reload(asked: false) }
            } catch {
                if problem != "\(error)" {
                    logger.warning(
                        "changes of the configuration cannot be watched; it is read now and then instead",
                        metadata: ["error": "\(error)", "interval": "\(watching.interval)"])
                }
                problem = "\(error)"
                await reload(asked: false)
            }
            try? await Task.sleep(for: watching.interval)
        }
    }

    /// Reads the file and puts it in force, unless it is as before and nobody asked.
    ///
    /// While an earlier call is at it, that one reads the file once more in the end, and this one returns: an older
    /// file never comes last.
    func reload(asked: Bool) async {
        next = asked || next == true
        guard !isReloading else { return }
        isReloading = true
        while let isAsked = next {
            next = nil
            await readFile(asked: isAsked)
        }
        isReloading = false
    }

    private func readFile(asked: Bool) async {
        do {
            let parsed = try Self.read(state.file)
            let isNew = parsed.fingerprint != state.parsed.fingerprint
            guard isNew || asked || state.rejected != nil else { return }
            await putInForce(parsed)
        } catch {
            let reason = "\(error)"
            guard asked || reason != state.rejected else { return }
            state.rejected = reason
            logger.error(
                "configuration rejected, the former one stays in force",
                metadata: ["file": "\(state.file)", "error": "\(reason)"])
        }
    }

    private func putInForce(_ parsed: ParsedConfiguration) async {
        let waiting = await apply(parsed.configuration, initial)
        state = State(file: state.file, parsed: parsed, loaded: Date())
        logger.notice(
            "configuration in force",
            metadata: ["file": "\(state.file)", "configuration.hash": "\(parsed.fingerprint)"])
        if !waiting.isEmpty {
            let what = waiting.joined(separator: ", ")
            state.waiting = "a change of \(what) takes effect with the next start only"
            logger.warning("configuration needs a restart", metadata: ["configuration.keys": "\(what)"])
        }
        tellWarnings()
    }

    private func tellWarnings() {
        let warnings = state.parsed.warnings
        for problem in warnings.problems {
            logger.warning(
                "configuration in force with a warning",
                metadata: [
                    "file": "\(warnings.file):\(problem.line):\(problem.column)", "problem": "\(problem.what)",
                    "cure": "\(problem.cure)",
                ])
        }
    }
}
