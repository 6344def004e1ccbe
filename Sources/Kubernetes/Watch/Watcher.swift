import HTTPTransfer
import NetworkTypes

/// Follows a collection of the API: reads all, then each change, and all again when the thread is lost.
///
/// Feed it events; perform the effects it returns, in order. At most one of `list`, `watch` and `wait` runs at a
/// time: each ends the one before, whose event is then never fed.
struct Watcher<Object: Resource>: Sendable {
    enum Event: Sendable {
        case started
        case listed(ListPage<Object>)
        case listFailed(APIError)
        case received(WatchEvent<Object>)
        /// A line that is not an event.
        case malformed(String)
        /// The stream ended as streams do (nil), broke, fell silent, or was refused.
        case watchEnded(APIError?)
        case waited
    }

    enum Effect: Equatable, Sendable {
        /// A page of a list; empty: the first.
        case list(continueToken: String)
        case watch(WatchRequest)
        case wait(Duration)
        case deliver(Delivery<Object>)
        case report(WatchReport)
    }

    /// What has been read of all that exists.
    private struct Collection {
        var objects: [ObjectKey: Object] = [:]
        var unreadable: Set<ObjectKey> = []
    }

    private enum Step: Hashable {
        case readAll
        case watch(after: String)
    }

    private enum State {
        case idle
        case listing(Collection)
        case streaming(Collection)
        case watching(after: String)
        case waiting(Step)
    }

    /// A watch that lived this long worked.
    private static var soundLife: Duration { .seconds(1) }
    /// A watch hears a bookmark a minute; one that ended by itself after longer without any waits for a version
    /// that the server never had.
    private static var bookmarkInterval: Duration { .seconds(90) }
    /// Failures in a row after which the resource version is not tried any more.
    private static var patience: Int { 5 }

    private var state = State.idle
    private var backoff: Backoff
    private var generator: SeededGenerator
    private var hasStreamingLists = true
    /// Streaming lists that ended before they were complete.
    private var cutStreams = 0
    /// Watches in a row that fell silent without a word.
    private var silences = 0
    private var began = MonotonicTime.zero
    private var hasHeard = false

    init(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        // Short enough that a server that is back is soon noticed, by a hundred nodes without a rush.
        backoff = Backoff(longest: .seconds(10), seed: generator.next())
        self.generator = generator
    }

    /// Whether a streaming list has yet to say that it is complete. A server that does not know of them never does.
    var isStreaming: Bool {
        if case .streaming = state { true } else { false }
    }

    mutating func handle(_ event: Event, at now: MonotonicTime) -> [Effect] {
        switch event {
        case .started: return readAll(at: now)
        case .listed(let page): return take(page, at: now)
        case .listFailed(let error): return listFailed(error, at: now)
        case .received(let event): return receive(event, at: now)
        case .malformed(let text):
            return retry(.readAll, because: "a line of the watch is no event: \(text)", at: now)
        case .watchEnded(let error?): return watchFailed(error, at: now)
        case .watchEnded(nil): return watchEnded(at: now)
        case .waited:
            guard case .waiting(let step) = state else { return [] }
            return begin(step, at: now)
        }
    }
}

// Steps.
extension Watcher {
    private mutating func begin(_ step: Step, at now: MonotonicTime) -> [Effect] {
        switch step {
        case .readAll: return readAll(at: now)
        case .watch(let version):
            state = .watching(after: version)
            return [watch(.after(version), at: now)]
        }
    }

    private mutating func readAll(at now: MonotonicTime) -> [Effect] {
        guard hasStreamingLists else {
            state = .listing(Collection())
            return [.list(continueToken: "")]
        }
        state = .streaming(Collection())
        return [watch(.everything, at: now)]
    }

    private mutating func watch(_ start: WatchRequest.Start, at now: MonotonicTime) -> Effect {
        began = now
        hasHeard = false
        // Spread, so that watches begun together do not end together.
        return .watch(
            WatchRequest(start: start, duration: .seconds(Int.random(in: 300..<600, using: &generator))))
    }

    /// Waits, then does a step. `atOnceFirst`: without a wait unless it failed just before, too.
    private mutating func retry(
        _ step: Step, because reason: String, atOnceFirst: Bool = false, asked: Duration? = nil,
        at now: MonotonicTime
    ) -> [Effect] {
        let isFirst = backoff.failures == 0
        let wait = max(backoff.next(), asked ?? .zero)
        if atOnceFirst, isFirst {
            let report: [Effect] = step == .readAll ? [.report(.readingAgain(reason))] : []
            return report + begin(step, at: now)
        }
        state = .waiting(step)
        return [.report(.failing(reason, retryingAfter: wait)), .wait(wait)]
    }

    private mutating func fallBack(because reason: String, at now: MonotonicTime) -> [Effect] {
        hasStreamingLists = false
        return [.report(.withoutStreamingLists(reason))] + readAll(at: now)
    }

    private mutating func complete(
        _ collection: Collection, version: String
    ) -> [Effect] {
        state = .watching(after: version)
        cutStreams = 0
        let objects = collection.objects.values.sorted { $0.metadata.key < $1.metadata.key }
        return [
            .deliver(.replace(objects, keeping: collection.unreadable, version: version)),
            .report(.synchronized(objects: objects.count)),
        ]
    }
}

// Lists.
extension Watcher {
    /// Moves out what has been read, so that it can be changed without a copy of the whole.
    private mutating func takeCollection() -> Collection? {
        switch state {
        case .listing(let collection), .streaming(let collection):
            state = .idle
            return collection
        case .idle, .watching, .waiting: return nil
        }
    }

    private mutating func take(_ page: ListPage<Object>, at now: MonotonicTime) -> [Effect] {
        guard case .listing = state, var collection = takeCollection() else { return [] }
        for object in page.items { collection.objects[object.metadata.key] = object }
        collection.unreadable.formUnion(page.unreadable.compactMap(\.key))
        let reports = page.unreadable.map { Effect.report(.unreadable($0)) }
        guard page.metadata.continueToken.isEmpty else {
            state = .listing(collection)
            return reports + [.list(continueToken: page.metadata.continueToken)]
        }
        let version = page.metadata.resourceVersion
        return reports + complete(collection, version: version) + [watch(.after(version), at: now)]
    }

    private mutating func listFailed(_ error: APIError, at now: MonotonicTime) -> [Effect] {
        guard case .listing = state else { return [] }
        let isExpired = error.status?.isExpired ?? false
        return retry(
            .readAll, because: error.description, atOnceFirst: isExpired, asked: error.status?.retryAfter,
            at: now)
    }
}

// Watches.
extension Watcher {
    private mutating func receive(_ event: WatchEvent<Object>, at now: MonotonicTime) -> [Effect] {
        switch event {
        case .error(let status): return receive(status, at: now)
        case .unknown: return []
        case .changed, .deleted, .bookmark: break
        }
        hasHeard = true
        silences = 0
        if began.duration(to: now) >= Self.soundLife { backoff.reset() }
        switch state {
        case .streaming: return collect(event)
        case .watching: return follow(event)
        case .idle, .listing, .waiting: return []
        }
    }

    private mutating func collect(_ event: WatchEvent<Object>) -> [Effect] {
        guard var collection = takeCollection() else { return [] }
        var effects: [Effect] = []
        switch event {
        case .changed(.object(let object)):
            collection.objects[object.metadata.key] = object
            collection.unreadable.remove(object.metadata.key)
        case .changed(.unreadable(let object)):
            effects.append(.report(.unreadable(object)))
            if let key = object.key { collection.unreadable.insert(key) }
        case .deleted(let object):
            if let key = object.key {
                collection.objects[key] = nil
                collection.unreadable.remove(key)
            }
        case .bookmark(let version, true): return complete(collection, version: version)
        case .bookmark, .error, .unknown: break
        }
        state = .streaming(collection)
        return effects
    }

    private mutating func follow(_ event: WatchEvent<Object>) -> [Effect] {
        switch event {
        case .changed(.object(let object)):
            advance(to: object.metadata.resourceVersion)
            return [.deliver(.put(object))]
        case .changed(.unreadable(let object)):
            advance(to: object.resourceVersion)
            return [.report(.unreadable(object))]
        case .deleted(let object):
            advance(to: object.resourceVersion)
            return object.key.map { [.deliver(.remove($0))] } ?? []
        case .bookmark(let version, _):
            advance(to: version)
            return []
        case .error, .unknown: return []
        }
    }

    private mutating func advance(to version: String) {
        if !version.isEmpty { state = .watching(after: version) }
    }

    private mutating func receive(_ status: Status, at now: MonotonicTime) -> [Effect] {
        let reason = "the watch ended: \(status.message)"
        if status.isExpired { return retry(.readAll, because: reason, atOnceFirst: true, at: now) }
        guard case .watching(let version) = state, status.code == 429 || status.code >= 500,
            !status.isFromTheFuture
        else { return retry(.readAll, because: reason, asked: status.retryAfter, at: now) }
        return retry(resume(version), because: reason, asked: status.retryAfter, at: now)
    }

    /// From where to go on: the version, unless it was tried too often.
    private func resume(_ version: String) -> Step {
        backoff.failures < Self.patience ? .watch(after: version) : .readAll
    }

    private mutating func watchEnded(at now: MonotonicTime) -> [Effect] {
        let life = began.duration(to: now)
        switch state {
        case .streaming:
            cutStreams += 1
            let reason = "a streaming list ended before it was complete"
            return cutStreams > 1
                ? fallBack(because: reason, at: now) : retry(.readAll, because: reason, at: now)
        case .watching where !hasHeard && life > Self.bookmarkInterval:
            return retry(.readAll, because: "a watch ended without a word", atOnceFirst: true, at: now)
        case .watching(let version) where life >= Self.soundLife:
            return begin(.watch(after: version), at: now)
        case .watching(let version):
            return retry(resume(version), because: "the watch ended at once", atOnceFirst: true, at: now)
        case .idle, .listing, .waiting: return []
        }
    }

    private mutating func watchFailed(_ error: APIError, at now: MonotonicTime) -> [Effect] {
        let reason = error.description
        let asked = error.status?.retryAfter
        switch state {
        case .streaming:
            if error.isRefusal || error.isSilence { return fallBack(because: reason, at: now) }
            return retry(.readAll, because: reason, asked: asked, at: now)
        case .watching(let version):
            if let status = error.status, status.isExpired || status.isFromTheFuture || error.isRefusal {
                return retry(
                    .readAll, because: reason, atOnceFirst: status.isExpired, asked: asked, at: now)
            }
            guard error.isSilence else {
                let step = error.status == nil ? .watch(after: version) : resume(version)
                return retry(step, because: reason, asked: asked, at: now)
            }
            silences += 1
            let step: Step = silences > 1 ? .readAll : .watch(after: version)
            return retry(step, because: reason, atOnceFirst: true, at: now)
        case .idle, .listing, .waiting: return []
        }
    }
}

extension APIError {
    /// The server does not know, or not allow, what the query asks for.
    fileprivate var isRefusal: Bool { status.map { $0.code == 400 || $0.code == 422 } ?? false }

    fileprivate var isSilence: Bool {
        guard case .transfer(let error) = reason else { return false }
        return error.kind == .silent
    }
}

extension Lossy {
    fileprivate var key: ObjectKey? {
        switch self {
        case .object(let object): object.metadata.key
        case .unreadable(let object): object.key
        }
    }

    fileprivate var resourceVersion: String {
        switch self {
        case .object(let object): object.metadata.resourceVersion
        case .unreadable(let object): object.resourceVersion
        }
    }
}
