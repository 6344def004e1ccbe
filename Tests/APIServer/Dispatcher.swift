import FoundationEssentials
import NIOCore

/// Takes requests from all connections to the cluster, and does what goes wrong on command.
///
/// Lives on one event loop.
final class Dispatcher {
    let cluster: Cluster
    let watches: Watches
    var faults = FaultPlan()
    var requests = RequestCount()
    var stopwatch = Stopwatch()
    /// What the server outside of the event loop does: close, listen again.
    var onCommand: (Command) -> Void = { _ in }
    /// Told of each request by TCP, with the status of its answer and, when that is an error, its text.
    var log: (String) -> Void = { _ in }
    private let loop: any EventLoop
    /// Answers that never come.
    private var stalled: [any ResponseStream] = []
    private static let stalledLimit = 1000

    enum Command: Sendable {
        /// Cuts every connection.
        case disconnect
        /// Cuts every connection and accepts no new one.
        case leave
        case comeBack
    }

    init(on loop: any EventLoop, historyLimit: Int) {
        self.loop = loop
        cluster = Cluster(historyLimit: historyLimit)
        watches = Watches(cluster.storage, on: loop)
        cluster.storage.onChange = { [weak self, weak cluster, weak watches] change in
            watches?.tell(change)
            self?.stopwatch.note(change)
            if Cluster.isAboutRoles(change.kind) { cluster?.readRoles() }
        }
    }

    func serve(_ request: Request, _ stream: any ResponseStream) {
        if request.isLocal, request.path.hasPrefix("/herald-test/") {
            return send(command(request), to: stream)
        }
        let (verb, resource) = Self.describe(request)
        if !request.isLocal {
            requests.add(verb, resource)
            if let action = faults.take(verb, resource) { return perform(action, request, stream) }
        }
        answer(request, stream)
    }

    private func answer(_ request: Request, _ stream: any ResponseStream) {
        guard stream.isOpen else { return }
        switch cluster.answer(request) {
        case .whole(let whole):
            if !request.isLocal { note(request, whole) }
            send(.whole(whole), to: stream)
        case .watch(let watch):
            log("watch \(request.path) \(request.query.sorted { $0.key < $1.key })")
            stream.begin(200, Self.headers("application/json"), length: nil)
            watches.open(watch, on: stream, authorization: request.headers["authorization"] ?? "")
        }
    }

    private func send(_ answer: Answer, to stream: any ResponseStream) {
        guard case .whole(let whole) = answer else { return }
        stream.begin(
            whole.code, Self.headers(whole.contentType) + whole.headers,
            length: whole.isChunked ? nil : whole.body.count)
        stream.send(whole.body)
        stream.end()
    }

    /// Does something after what waits.
    func later(_ body: @escaping (Dispatcher) -> Void) {
        let box = NIOLoopBound((self, body), eventLoop: loop)
        loop.execute { box.value.1(box.value.0) }
    }

    private func note(_ request: Request, _ answer: Answer.Whole) {
        let text = answer.code < 400 ? "" : " " + String(decoding: answer.body.prefix(2000), as: UTF8.self)
        log("\(request.method) \(request.path) \(answer.code)\(text)")
    }

    private static func headers(_ contentType: String) -> [(String, String)] {
        [
            ("Audit-Id", UUID().uuidString.lowercased()), ("Cache-Control", "no-cache, private"),
            ("Content-Type", contentType), ("Date", WallTime.httpDate),
        ]
    }

    /// The verb and resource as RBAC names them; the path where there is no resource.
    private static func describe(_ request: Request) -> (String, String) {
        let target = (try? Target(path: request.path)) ?? nil
        let isCollection = target?.name.isEmpty ?? false
        let verb =
            switch request.method {
            case "GET" where request.flag("watch"): "watch"
            case "GET": isCollection ? "list" : "get"
            case "POST": "create"
            case "PUT": "update"
            default: request.method.lowercased()
            }
        return (verb, target?.resource ?? request.path)
    }

    // MARK: - What goes wrong

    private func perform(_ action: FaultPlan.Action, _ request: Request, _ stream: any ResponseStream) {
        switch action {
        case .status(429, let seconds): send(Self.tooManyRequests(seconds), to: stream)
        case .status(401, _): send(.refusal(.unauthorized), to: stream)
        case .status(let code, let seconds):
            send(
                .refusal(
                    Refusal(
                        code: code, reason: Self.reasons[code], message: "on command", retryAfter: seconds)),
                to: stream)
        case .delay(let milliseconds):
            let box = NIOLoopBound((self, request, stream), eventLoop: loop)
            loop.scheduleTask(in: .milliseconds(milliseconds)) { box.value.0.answer(box.value.1, box.value.2) }
        case .stall:
            if stalled.count < Self.stalledLimit { stalled.append(stream) } else { stream.cut() }
        case .cut: stream.cut()
        case .wrongLength:
            stream.begin(200, Self.headers("application/json"), length: 5000)
            stream.send(Array("{\"kind\":\"Service".utf8))
            stream.cut()
        case .halfChunk:
            stream.begin(200, Self.headers("application/json"), length: nil)
            stream.cut(afterHalfChunk: true)
        case .garbage:
            send(.whole(Answer.Whole(body: Array("<html>\u{0}not what you look for</html>".utf8))), to: stream)
        }
    }

    private static let reasons = [
        403: "Forbidden", 404: "NotFound", 409: "Conflict", 410: "Expired", 500: "InternalError",
        503: "ServiceUnavailable", 504: "Timeout",
    ]

    private static func tooManyRequests(_ seconds: Int?) -> Answer {
        .whole(
            Answer.Whole(
                code: 429, contentType: "text/plain; charset=utf-8", headers: [("Retry-After", "\(seconds ?? 1)")],
                body: Array("Too many requests, please try again later.\n".utf8)))
    }

    func releaseStalled() {
        stalled.forEach { $0.cut() }
        stalled = []
    }
}
