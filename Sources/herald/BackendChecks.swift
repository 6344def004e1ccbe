import ARPMode
import Configuration
import HTTPTransfer
import Logging
import NetworkTypes
import PacketLoop
import ServiceLifecycle

/// Tries what must answer on this node, and tells ARP mode when it does not.
struct BackendChecks: Service {
    let checks: [BackendCheck]
    let loop: PacketLoop
    let arp: ARPAnnouncer
    let logger: Logger

    func run() async throws {
        let transfer = try HTTPTransfer.start()
        await cancelWhenGracefulShutdown {
            await withDiscardingTaskGroup { group in
                for check in checks { group.addTask { await repeatedly(check, transfer) } }
            }
        }
        await transfer.shutdown()
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

    private func fetch(_ url: String, _ check: BackendCheck, _ transfer: HTTPTransfer) async throws -> String? {
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
    private let continuation: CheckedContinuation<String?, Never>
    private var stream: TCPStream?
    private var watch: Watch?
    private var alarm: LoopTimer?
    private var isOver = false

    private init(_ continuation: CheckedContinuation<String?, Never>) {
        self.continuation = continuation
    }

    /// Nil when the connection was accepted, else what went wrong.
    static func run(to address: ListenAddress, within limit: Duration, on loop: PacketLoop) async -> String? {
        await withCheckedContinuation { continuation in
            let trial = ConnectionTrial(continuation)
            loop.execute { trial.begin(to: address, within: limit, on: loop) }
        }
    }

    private func begin(to address: ListenAddress, within limit: Duration, on loop: PacketLoop) {
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
        watch?.cancel()
        stream?.close()
        continuation.resume(returning: failure)
    }
}
