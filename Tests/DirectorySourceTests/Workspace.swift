import Announcing
import Configuration
import Glibc
import IPAM
import LoadBalancing
import Logging
import NIOConcurrencyHelpers
import NetworkTypes
import ServiceLifecycle
import Synchronization
import Testing

@testable import DirectorySource
@testable import FileSystem

/// A manifest directory and a state directory for one test, removed with all that is in them.
final class Workspace: Sendable {
    let path: String
    let now = Atomic<Int64>(1_700_000_000)

    var manifests: String { path + "/manifests" }
    var state: String { path + "/state" }

    init() throws {
        var template = Array("/tmp/herald-dirsrc-XXXXXX".utf8CString)
        guard unsafe mkdtemp(&template) != nil else { throw FileError("make", "/tmp", .system(errno)) }
        path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
        try makeDirectory("manifests")
    }

    deinit { Self.removeAll(path) }

    private static func removeAll(_ path: String) {
        if unsafe unlink(path) == 0 { return }
        for name in (try? DirectoryListing.names(in: path, limit: 100_000)) ?? [] { removeAll("\(path)/\(name)") }
        _ = unsafe rmdir(path)
    }

    func callAsFunction(_ name: String) -> String { "\(path)/\(name)" }

    /// In place, as a shell does it.
    func write(_ text: String, to name: String) throws {
        let file = try OpenFile(self(name), flags: O_WRONLY | O_CREAT | O_TRUNC, permissions: 0o644, for: "write")
        try check(unsafe Glibc.write(file.number, text, text.utf8.count), "write", self(name))
    }

    func makeDirectory(_ name: String) throws {
        try check(unsafe mkdir(self(name), 0o755), "make", self(name))
    }

    func link(_ name: String, to target: String) throws {
        try check(unsafe symlink(target, self(name)), "link", self(name))
    }

    func rename(_ name: String, to new: String) throws {
        try check(unsafe Glibc.rename(self(name), self(new)), "rename", self(name))
    }

    func remove(_ name: String) throws {
        try check(unsafe Glibc.remove(self(name)), "remove", self(name))
    }

    /// Nil when there is no such file.
    func text(_ name: String) -> String? {
        (try? BoundedFile.read(self(name), limit: 1_000_000)).map { String(decoding: $0, as: UTF8.self) }
    }

    func stateFile(_ name: String) -> String { "state/services/default/\(name).json" }

    /// What the state file says; nil when there is none, or it is damaged.
    func state(of name: String) -> ServiceState? {
        (text(stateFile(name))?.utf8).flatMap {
            try? ServiceState(json: Array($0), of: ServiceKey(namespace: "default", name: name))
        }
    }

    /// The inode and times of every file below the state directory.
    func stamps() throws -> [String: [Int]] {
        var stamps: [String: [Int]] = [:]
        for namespace in try DirectoryListing.names(in: self("state/services"), limit: 100_000) {
            for name in try DirectoryListing.names(in: self("state/services/\(namespace)"), limit: 100_000) {
                var status = stat()
                let file = self("state/services/\(namespace)/\(name)")
                try check(unsafe lstat(file, &status), "read", file)
                stamps["\(namespace)/\(name)"] = [
                    Int(status.st_ino), status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_nsec,
                ]
            }
        }
        return stamps
    }
}

/// A manifest of one Service.
func manifest(_ name: String, port: Int = 80, extra: String = "") -> String {
    """
    apiVersion: v1
    kind: Service
    metadata: {name: \(name)\(extra)}
    spec: {type: LoadBalancer, ports: [{port: \(port)}]}

    """
}

func key(_ name: String) -> ServiceKey { ServiceKey(namespace: "default", name: name) }

func address(_ text: String) throws -> IPAddress { try #require(IPAddress(text)) }

/// What a source has said, taken together.
final class View: Sendable {
    struct Contents {
        var services: [ServiceKey: LoadBalancerService] = [:]
        var namespaces: [String: [String: String]] = [:]
        var problems: [String] = []
        var isSynchronised = false
        var isAllocator: Bool?
        var waiting: Obstacle?
        /// Facts about Services, counted.
        var facts = 0
        var batches = 0
    }

    private let contents = NIOLockedValueBox(Contents())

    var now: Contents { contents.withLockedValue { $0 } }
    var names: [String] { now.services.keys.map(\.name).sorted() }
    func port(_ name: String) -> UInt16? { now.services[key(name)]?.ports.first?.claim.port }
    func record(_ name: String) -> String? { now.services[key(name)]?.annotations[Annotation.assigned] }

    func follow(_ source: DirectorySource) async {
        while let facts = await source.changes.take() {
            contents.withLockedValue { contents in
                contents.batches += 1
                for (subject, fact) in facts { Self.take(fact, about: subject, into: &contents) }
            }
        }
    }

    private static func take(_ fact: SourceFact, about subject: SourceSubject, into contents: inout Contents) {
        switch (subject, fact) {
        case (.service(let key), .service(let service)):
            contents.services[key] = service
            contents.facts += 1
        case (.service(let key), _):
            contents.services[key] = nil
            contents.facts += 1
        case (.namespace(let name), .namespace(let labels)): contents.namespaces[name] = labels
        case (.problems, .problems(let problems)): contents.problems = problems
        case (.synchronisation, _): contents.isSynchronised = true
        case (.allocation, .allocation(let isOwn, let waiting, keepsStatus: true)):
            (contents.isAllocator, contents.waiting) = (isOwn, waiting)
        default: Issue.record("\(fact) about \(subject)")
        }
    }
}

/// Waits until something is so; a failure after a deadline that is far longer than it takes.
func eventually(
    within limit: Duration = .seconds(20), _ what: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async throws {
    let deadline = ContinuousClock.now.advanced(by: limit)
    while try !condition() {
        try #require(ContinuousClock.now < deadline, what, sourceLocation: sourceLocation)
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// Runs a source for as long as `body` takes, then shuts it down as a group does.
///
/// - Parameter follower: Takes the changes in place of the view.
func withSource(
    _ workspace: Workspace, namespaces: [String: [String: String]] = [:], isShared: Bool = false,
    timing: DirectorySource.Timing = .init(quiet: .milliseconds(2), patience: .milliseconds(60), rescan: .seconds(30)),
    follower: (@Sendable (DirectorySource) async throws -> Void)? = nil,
    _ body: (DirectorySource, View) async throws -> Void
) async throws {
    var settings = DirectorySettings(path: workspace.manifests)
    settings.stateDirectory = workspace.state
    settings.namespaces = namespaces
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let source = try DirectorySource(
        settings: settings, isShared: isShared, logger: logger, clock: { workspace.now.load(ordering: .relaxed) },
        timing: timing)
    let view = View()
    let group = ServiceGroup(configuration: .init(services: [.init(service: source)], logger: logger))
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        tasks.addTask { if let follower { try await follower(source) } else { await view.follow(source) } }
        let result: Result<Void, any Error>
        do { result = .success(try await body(source, view)) } catch { result = .failure(error) }
        await group.triggerGracefulShutdown()
        while let done = await tasks.nextResult() { if case .failure(let error) = done { Issue.record(error) } }
        try result.get()
    }
}

func outcome(
    _ name: String, record: [IPAddress]? = nil, ingress: [IPAddress]? = nil, conditions: [Condition]? = nil
) -> ServiceOutcome {
    ServiceOutcome(key: key(name), uid: "", record: record, ingress: ingress, conditions: conditions)
}

func condition(_ kind: Condition.Kind, _ isTrue: Bool, _ reason: String = "Some") -> Condition {
    Condition(kind: kind, isTrue: isTrue, reason: reason, message: "a sentence", observedGeneration: 0)
}
