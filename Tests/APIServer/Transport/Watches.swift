import NIOCore

/// The watches that are open, and what each is told.
///
/// Lives on one event loop.
final class Watches {
    private final class Live {
        let request: WatchRequest
        let stream: any ResponseStream
        let authorization: String
        /// What it was told of last, and nothing up to there comes again.
        var told: UInt64
        var timers: [Scheduled<Void>] = []

        init(_ request: WatchRequest, _ stream: any ResponseStream, told: UInt64, authorization: String) {
            self.request = request
            self.stream = stream
            self.told = told
            self.authorization = authorization
        }
    }

    private let storage: Storage
    private let loop: any EventLoop
    private var live: [ObjectIdentifier: Live] = [:]
    /// Between bookmarks; the real server sends one about every minute.
    var bookmarkInterval = TimeAmount.seconds(60)

    /// A client that takes nothing for so long is cut off.
    private static let backlogLimit = 256 << 20

    init(_ storage: Storage, on loop: any EventLoop) {
        self.storage = storage
        self.loop = loop
    }

    var count: Int { live.count }

    func open(_ request: WatchRequest, on stream: any ResponseStream, authorization: String) {
        let watch = Live(request, stream, told: storage.revision, authorization: authorization)
        switch request.start {
        case .everything(let isMarked):
            var events: [UInt8] = []
            for object in storage.all(request.kind) where request.selection.matches(object) {
                Self.write("ADDED", object, into: &events)
            }
            if isMarked { events += Self.bookmark(request.kind, storage.revision, endsInitialEvents: true) }
            if !events.isEmpty { stream.send(events) }
        case .after(let revision):
            guard let changes = storage.changes(of: request.kind, after: revision) else {
                stream.send(Self.tooOld(revision, storage.compactedRevision))
                return stream.end()
            }
            watch.told = max(revision, storage.revision)
            for change in changes { Self.tell(watch, change) }
        }
        let key = ObjectIdentifier(watch)
        live[key] = watch
        let box = NIOLoopBound((self, watch), eventLoop: loop)
        watch.timers = [
            loop.scheduleTask(in: .seconds(request.timeout)) { box.value.0.finish(box.value.1) }
        ]
        scheduleBookmark(watch)
        stream.onClose = { [weak self] in self?.forget(key) }
    }

    func tell(_ change: Storage.Change) {
        for watch in live.values where watch.request.kind == change.kind && watch.told < change.revision {
            watch.told = change.revision
            Self.tell(watch, change)
            if watch.stream.backlog > Self.backlogLimit { watch.stream.cut() }
        }
    }

    private static func tell(_ watch: Live, _ change: Storage.Change) {
        let before = change.old.flatMap { watch.request.selection.matches($0) ? $0 : nil }
        let after = change.new.flatMap { watch.request.selection.matches($0) ? $0 : nil }
        var event: [UInt8] = []
        switch (before, after) {
        case (nil, let new?): write("ADDED", new, into: &event)
        case (_?, let new?): write("MODIFIED", new, into: &event)
        case (let old?, nil): write("DELETED", old.with(revision: change.revision), into: &event)
        case (nil, nil): return
        }
        watch.stream.send(event)
    }

    private func scheduleBookmark(_ watch: Live) {
        guard watch.request.sendsBookmarks else { return }
        let box = NIOLoopBound((self, watch), eventLoop: loop)
        watch.timers.append(
            loop.scheduleTask(in: bookmarkInterval) {
                let (watches, watch) = box.value
                guard watches.live[ObjectIdentifier(watch)] != nil else { return }
                watches.sendBookmark(watch)
                watches.scheduleBookmark(watch)
            })
        if watch.timers.count > 2 { watch.timers.remove(at: 1) }
    }

    private func sendBookmark(_ watch: Live) {
        watch.stream.send(Self.bookmark(watch.request.kind, max(watch.told, storage.revision)))
    }

    /// When its time is up: a last bookmark and the end.
    private func finish(_ watch: Live) {
        guard live[ObjectIdentifier(watch)] != nil else { return }
        forget(ObjectIdentifier(watch))
        if watch.request.sendsBookmarks { sendBookmark(watch) }
        watch.stream.end()
    }

    private func forget(_ key: ObjectIdentifier) {
        guard let watch = live.removeValue(forKey: key) else { return }
        watch.timers.forEach { $0.cancel() }
    }

    // MARK: - On command

    /// Ends all in the middle.
    func cutAll(afterHalfChunk: Bool = false) {
        let all = Array(live.values)
        for watch in all { forget(ObjectIdentifier(watch)) }
        for watch in all { watch.stream.cut(afterHalfChunk: afterHalfChunk) }
    }

    /// Ends all as when their time is up.
    func endAll() {
        for watch in Array(live.values) { finish(watch) }
    }

    /// Tells all that their revision is too old, and ends them.
    func expireAll() {
        let all = Array(live.values)
        for watch in all {
            forget(ObjectIdentifier(watch))
            watch.stream.send(Self.tooOld(watch.told, storage.revision))
            watch.stream.end()
        }
    }

    /// Sends these octets on all.
    func sendAll(_ octets: [UInt8]) {
        for watch in live.values { watch.stream.send(octets) }
    }

    // MARK: - Events

    private static func write(_ type: String, _ object: Stored, into output: inout [UInt8]) {
        output += "{\"type\":\"\(type)\",\"object\":".utf8
        output += object.text
        output += "}\n".utf8
    }

    private static func bookmark(
        _ kind: ResourceKind, _ revision: UInt64, endsInitialEvents: Bool = false
    ) -> [UInt8] {
        let mark = endsInitialEvents ? ",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}" : ""
        let rest =
            switch kind {
            case .service: ",\"spec\":{},\"status\":{\"loadBalancer\":{}}"
            case .node: ",\"spec\":{},\"status\":{}"
            case .endpointSlice: ",\"addressType\":\"\",\"endpoints\":null,\"ports\":null"
            default: ""
            }
        return Array("{\"type\":\"BOOKMARK\",\"object\":".utf8) + kind.prefix
            + Array("\"metadata\":{\"resourceVersion\":\"\(revision)\"\(mark)}\(rest)}}\n".utf8)
    }

    private static func tooOld(_ wanted: UInt64, _ oldest: UInt64) -> [UInt8] {
        let status = Refusal(
            code: 410, reason: "Expired", message: "too old resource version: \(wanted) (\(oldest))")
        let event: JSON = ["type": "ERROR", "object": status.body]
        return event.octets + [0x0A]
    }
}
