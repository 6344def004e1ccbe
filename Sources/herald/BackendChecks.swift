import ARPMode
import Configuration
import HTTPTransfer
import Logging
import NetworkTypes
import PacketLoop
import ServiceLifecycle

/// Tries what must answer on this node, and tells ARP mode when it does not.
struct BackendChecks: Service {
    private let loop: PacketLoop
    private let arp: ARPAnnouncer
    private let logger: Logger
    private let lists: AsyncStream<[BackendCheck]>
    private let feed: AsyncStream<[BackendCheck]>.Continuation

    init(checks: [BackendCheck], loop: PacketLoop, arp: ARPAnnouncer, logger: Logger) {
        self.loop = loop
        self.arp = arp
        self.logger = logger
        (lists, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        feed.yield(checks)
    }

    /// Tries these from now on; what is said of a check that stays as it is holds.
    func configure(_ checks: [BackendCheck]) {
        feed.yield(checks)
    }

    func run() async throws {
        let transfer = try HTTPTransfer.start()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in await follow(transfer, in: &group) }
        }
        await transfer.shutdown()
    }

    private func follow(_ transfer: HTTPTransfer, in group: inout DiscardingTaskGroup) async {
        var running: [BackendCheck: AsyncStream<Void>.Continuation] = [:]
        for await checks in lists {
            let ended = running.keys.filter { !checks.contains($0) }
            for check in ended { running.removeValue(forKey: check)?.finish() }
            // What is tried in another way keeps its name, and what was found out about it until the first try.
            for check in ended where !checks.contains(where: { $0.name == check.name }) {
                await arp.setCheck(check.name, failure: nil)
            }
            for check in checks where running[check] == nil {
                let (end, continuation) = AsyncStream.makeStream(of: Void.self)
                running[check] = continuation
                group.addTask { await runUntil(end, check, transfer) }
            }
        }
        for continuation in running.values { continuation.finish() }
    }

    /// Tries a check again and again until `end` ends.
    private func runUntil(
        _ end: AsyncStream<Void>, _ check: BackendCheck, _ transfer: HTTPTransfer
    ) async {
        await withTaskGroup { group in
            group.addTask { await repeatedly(check, transfer) }
            group.addTask { for await _ in end {} }
            await group.next()
            group.cancelAll()
        }
    }

    private func repeatedly(_ check: BackendCheck, _ transfer: HTTPTransfer) async {
        var verdict = CheckVerdict(check)
        while !Task.isCancelled {
            let began = loop.now
            let failure = await attempt(check, transfer)
            if Task.isCancelled { return }
            if verdict.take(failure) {
                logger.notice(
                    "a check changed", metadata: ["check": "\(check.name)", "error": "\(verdict.failure ?? "none")"])
                let sentence = verdict.failure.map { "check '\(check.name)' of this node fails: \($0)" }
                await arp.setCheck(check.name, failure: sentence)
            }
            try? await Task.sleep(for: max(loop.now.duration(to: began.advanced(by: check.interval)), .zero))
        }
    }

    /// Nil when it went well, else what went wrong.
    private func attempt(_ check: BackendCheck, _ transfer: HTTPTransfer) async -> String? {
        switch check.target {
        case .tcp(let address):
            return await ConnectionTrial.run(to: address, within: check.timeout, on: loop)
        case .url(let url):
            do {
                return try await fetch(url, check, transfer)
            } catch {
                return "\(error)"
            }
        }
    }

    private func fetch(
        _ url: String, _ check: BackendCheck, _ transfer: HTTPTransfer
    ) async throws -> String? {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let slash = url[start...].firstIndex(of: "/") ?? url.endIndex
        var endpoint = try HTTPEndpoint(String(url[..<slash]))
        endpoint.tls.isVerified = check.verifiesCertificate
        let target = slash == url.endIndex ? "/" : String(url[slash...])
        var request = HTTPRequest(.get, endpoint, target)
        request.limits = HTTPRequest.TimeLimits(connect: check.timeout, total: check.timeout)
        let response = try await transfer.send(request)
        _ = try? await response.body.collect(upTo: 65_536)
        return (200..<400).contains(Int(response.status)) ? nil : "\(url) answers with status \(response.status)"
    }
}

/// What tries in a row amount to. The first one decides alone.
struct CheckVerdict {
    private let failures: Int
    private let successes: Int
    private var streak = 0
    private var isDecided = false
    /// Nil while all is well.
    private(set) var failure: String?

    init(_ check: BackendCheck) {
        failures = check.failures
        successes = check.successes
    }

    /// Takes what became of one try; true when the verdict is another one now.
    mutating func take(_ failed: String?) -> Bool {
        guard isDecided else {
            isDecided = true
            failure = failed
            return true
        }
        guard (failed == nil) != (failure == nil) else {
            streak = 0
            return false
        }
        streak += 1
        guard streak >= (failed == nil ? successes : failures) else { return false }
        streak = 0
        failure = failed
        return true
    }
}

/// One attempt to open a TCP connection.
///
/// Unchecked: everything but its making happens on the loop's thread.
private final class ConnectionTrial: @unchecked Sendable {
    private var continuation: CheckedContinuation<String?, Never>?
    private var stream: TCPStream?
    private var watch: Watch?
    private var alarm: LoopTimer?
    private var isOver = false

    private static let abandoned = "nobody waits for it any more"

    /// Nil when the connection was accepted, else what went wrong; a task that is cancelled waits no longer.
    static func run(to address: ListenAddress, within limit: Duration, on loop: PacketLoop) async -> String? {
        let trial = ConnectionTrial()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { trial.begin(continuation, to: address, within: limit, on: loop) }
            }
        } onCancel: {
            loop.execute { trial.end(Self.abandoned) }
        }
    }

    private func begin(
        _ continuation: CheckedContinuation<String?, Never>, to address: ListenAddress, within limit: Duration,
        on loop: PacketLoop
    ) {
        // The task may have been cancelled first.
        guard !isOver else { return continuation.resume(returning: Self.abandoned) }
        self.continuation = continuation
        do {
            let stream = try TCPStream.connect(to: SocketAddress(address.address, port: address.port))
            self.stream = stream
            watch = try loop.watch(stream.descriptor, for: .write) { _ in self.look() }
            alarm = loop.schedule(after: limit) { self.end("\(address) accepts no connection in time") }
        } catch {
            end("\(error)")
        }
    }

    private func look() {
        do {
            if try stream?.finishConnecting() == true { end(nil) }
        } catch {
            end("\(error)")
        }
    }

    private func end(_ failure: String?) {
        guard !isOver else { return }
        isOver = true
        alarm?.cancel()
        // It refers to this.
        alarm = nil
        watch?.cancel()
        stream?.close()
        continuation?.resume(returning: failure)
        continuation = nil
    }
}
