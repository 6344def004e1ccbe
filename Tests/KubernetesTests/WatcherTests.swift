import HTTPTransfer
import NetworkTypes
import Testing

@testable import Kubernetes

@Suite("The watcher, step by step")
struct WatcherTests {
    typealias ServiceWatcher = Watcher<Service>

    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

    private static let operation = APIError.Operation(
        verb: "watch", resource: "services", group: "", namespace: nil, name: nil)

    private func failure(_ code: Int, _ reason: String = "", retryAfter: Duration? = nil) -> APIError {
        let status = Status(code: code, reason: reason, message: "m", retryAfter: retryAfter)
        return APIError(Self.operation, .status(status))
    }

    private func failure(_ kind: TransferError.Kind) -> APIError {
        APIError(Self.operation, .transfer(TransferError(kind, host: "h", "t")))
    }

    private func service(_ name: String, _ version: String) -> Service {
        Service(metadata: ObjectMeta(name: name, namespace: "n", uid: name, resourceVersion: version))
    }

    private func page(_ objects: [Service], version: String = "10", token: String = "") throws -> ListPage<Service> {
        let text = #"{"metadata":{"resourceVersion":"\#(version)","continue":"\#(token)"},"items":[]}"#
        var page = try JSON.decode(ListPage<Service>.self, from: Array(text.utf8))
        page.items = objects
        return page
    }

    private func events(_ number: String, _ index: Int = 0) throws -> [ServiceWatcher.Event] {
        try Transcript(number).exchanges[index].lines.map {
            .received(try JSON.decode(WatchEvent<Service>.self, from: $0))
        }
    }

    /// A watcher that has read all and watches after version 10.
    private func watching() throws -> ServiceWatcher {
        var watcher = ServiceWatcher(seed: 1)
        _ = watcher.handle(.started, at: .zero)
        _ = watcher.handle(.received(.bookmark(resourceVersion: "10", endsInitialEvents: true)), at: .zero)
        return watcher
    }

    @Test("a streaming list is delivered as a whole at its bookmark, then each change (recorded)")
    func streamingList() throws {
        var watcher = ServiceWatcher(seed: 1)
        #expect(watcher.handle(.started, at: .zero).watches == [.everything])
        var mirror = ServiceMirror()
        var log: [String] = []
        for event in try events("24") {
            for effect in watcher.handle(event, at: time(1)) {
                guard case .deliver(let delivery) = effect else { continue }
                log += mirror.apply(delivery)
            }
        }
        #expect(log.prefix(7).allSatisfy { $0.hasPrefix("+") })
        #expect(log.suffix(2) == ["+w4", "-w4"])
        #expect(mirror.isSynchronized)
        #expect(watcher.handle(.watchEnded(nil), at: time(6)).watches == [.after("397")])
    }

    @Test(
        "recorded watches",
        arguments: [
            ("20", ["+w1", "~w1", "~w1", "-w1"], "349"), ("26", nil, nil), ("27", nil, nil), ("28", nil, nil),
        ] as [(String, [String]?, String?)])
    func recorded(number: String, expected: [String]?, version: String?) throws {
        var watcher = try watching()
        var mirror = ServiceMirror()
        var log: [String] = []
        for event in try events(number) {
            let effects = watcher.handle(event, at: time(1))
            #expect(effects.steps.isEmpty)
            for case .deliver(let delivery) in effects { log += mirror.apply(delivery) }
        }
        #expect(!log.isEmpty)
        if let expected { #expect(log == expected) }
        let next = watcher.handle(.watchEnded(nil), at: time(6)).watches
        #expect(next.count == 1)
        if let version { #expect(next == [.after(version)]) }
    }

    @Test("a server without streaming lists is remembered (recorded)")
    func withoutStreamingLists() throws {
        let refusal = try Transcript("a1").exchanges[0]
        let status = try JSON.decode(Status.self, from: refusal.body)
        var watcher = ServiceWatcher(seed: 1)
        _ = watcher.handle(.started, at: .zero)
        let effects = watcher.handle(.watchEnded(APIError(Self.operation, .status(status))), at: .zero)
        #expect(effects.steps == [.list(continueToken: "")])
        #expect(effects.contains { if case .report(.withoutStreamingLists) = $0 { true } else { false } })
        let second = watcher.handle(.listed(try page([service("a", "1")], token: "t")), at: .zero)
        #expect(second == [.list(continueToken: "t")])
        let last = watcher.handle(.listed(try page([service("b", "2")])), at: .zero)
        #expect(
            last.prefix(2) == [
                .deliver(.replace([service("a", "1"), service("b", "2")], keeping: [], version: "10")),
                .report(.synchronized(objects: 2)),
            ])
        #expect(last.watches == [.after("10")])
        let gone = watcher.handle(.watchEnded(failure(410, "Expired")), at: time(5))
        #expect(gone.steps == [.list(continueToken: "")])
    }

    @Test("a server that ignores streaming lists falls silent, and is listed")
    func ignoredStreamingList() {
        var watcher = ServiceWatcher(seed: 1)
        _ = watcher.handle(.started, at: .zero)
        _ = watcher.handle(.received(.changed(.object(service("a", "1")))), at: time(1))
        #expect(watcher.isStreaming)
        #expect(watcher.handle(.watchEnded(failure(.silent)), at: time(11)).steps == [.list(continueToken: "")])
    }

    @Test("a streaming list that is cut twice is listed")
    func cutStreams() {
        var watcher = ServiceWatcher(seed: 1)
        _ = watcher.handle(.started, at: .zero)
        #expect(watcher.handle(.watchEnded(nil), at: time(1)).steps.isWait)
        #expect(watcher.handle(.waited, at: time(2)).watches == [.everything])
        #expect(watcher.handle(.watchEnded(nil), at: time(3)).steps == [.list(continueToken: "")])
    }

    @Test("too old a version in the stream: all is read again at once, then with waits (recorded)")
    func tooOldInStream() throws {
        var watcher = try watching()
        let event = try #require(events("90").first)
        #expect(watcher.handle(event, at: time(1)).watches == [.everything])
        _ = watcher.handle(.received(.bookmark(resourceVersion: "11", endsInitialEvents: true)), at: time(1))
        #expect(watcher.handle(event, at: time(1)).steps.isWait)
        #expect(watcher.handle(.waited, at: time(2)).watches == [.everything])
        _ = watcher.handle(.received(.bookmark(resourceVersion: "12", endsInitialEvents: true)), at: time(9))
        #expect(watcher.handle(event, at: time(9)).watches == [.everything])
    }

    @Test(
        "how a watch that could not go on goes on",
        arguments: [
            (410, "Expired", WatchRequest.Start?.some(.everything)), (400, "BadRequest", nil), (403, "Forbidden", nil),
            (401, "Unauthorized", nil), (429, "", nil), (500, "", nil), (503, "", nil), (504, "Timeout", nil),
        ])
    func refused(code: Int, reason: String, atOnce: WatchRequest.Start?) throws {
        var watcher = try watching()
        let effects = watcher.handle(.watchEnded(failure(code, reason)), at: time(5))
        guard let atOnce else {
            #expect(effects.steps.isWait)
            let next = watcher.handle(.waited, at: time(6)).watches
            #expect(next == [code == 400 ? .everything : .after("10")])
            return
        }
        #expect(effects.watches == [atOnce])
    }

    @Test("a server that asks for a wait gets it")
    func retryAfter() throws {
        var watcher = try watching()
        let effects = watcher.handle(.watchEnded(failure(429, retryAfter: .seconds(7))), at: time(5))
        #expect(effects.steps == [.wait(.seconds(7))])
    }

    @Test("a version that is refused again and again is given up")
    func patience() throws {
        var watcher = try watching()
        var starts: [WatchRequest.Start] = []
        for round in 0..<6 {
            _ = watcher.handle(.watchEnded(failure(500)), at: time(Double(round)))
            starts += watcher.handle(.waited, at: time(Double(round))).watches
        }
        #expect(starts.prefix(5).allSatisfy { $0 == .after("10") })
        #expect(starts.last == .everything)
    }

    @Test("an unreachable server is asked for the same version for as long as it takes")
    func unreachable() throws {
        var watcher = try watching()
        var waits: [Duration] = []
        for round in 0..<20 {
            let effects = watcher.handle(.watchEnded(failure(.couldNotConnect)), at: time(Double(round)))
            for case .wait(let wait) in effects { waits.append(wait) }
            #expect(!effects.contains { if case .deliver = $0 { true } else { false } })
            #expect(watcher.handle(.waited, at: time(Double(round))).watches == [.after("10")])
        }
        #expect(waits.count == 20)
        #expect(waits.first.map { $0 <= .milliseconds(100) } == true)
        #expect(waits.allSatisfy { $0 <= .seconds(30) })
        #expect(waits.suffix(5).allSatisfy { $0 >= .seconds(5) })
    }

    @Test("an ordinary end goes on at once, an immediate one only the first time")
    func ordinaryEnd() throws {
        var watcher = try watching()
        #expect(watcher.handle(.watchEnded(nil), at: time(400)).watches.count == 1)
        var other = try watching()
        #expect(other.handle(.watchEnded(nil), at: time(0.1)).watches == [.after("10")])
        #expect(other.handle(.watchEnded(nil), at: time(0.2)).steps.isWait)
    }

    @Test("bookmarks move the version on")
    func bookmarks() throws {
        var watcher = try watching()
        #expect(
            watcher.handle(.received(.bookmark(resourceVersion: "20", endsInitialEvents: false)), at: time(2)) == [])
        #expect(watcher.handle(.watchEnded(nil), at: time(3)).watches == [.after("20")])
    }

    @Test("silence: once again from the same version, then all is read")
    func silence() throws {
        var watcher = try watching()
        #expect(watcher.handle(.watchEnded(failure(.silent)), at: time(90)).watches == [.after("10")])
        #expect(watcher.handle(.watchEnded(failure(.silent)), at: time(180)).steps.isWait)
        #expect(watcher.handle(.waited, at: time(181)).watches == [.everything])
    }

    @Test("a watch from the future ends without a word, and all is read")
    func future() throws {
        var watcher = try watching()
        _ = watcher.handle(.watchEnded(nil), at: time(300))
        #expect(watcher.handle(.watchEnded(nil), at: time(700)).watches == [.everything])
    }

    @Test("a server that shuts down is asked again after a short wait (recorded: a cut stream)")
    func shutdown() throws {
        var watcher = try watching()
        let effects = watcher.handle(.watchEnded(failure(.interrupted)), at: time(30))
        guard case .wait(let wait)? = effects.steps.first else {
            Issue.record("no wait")
            return
        }
        #expect(wait <= .milliseconds(100))
        #expect(watcher.handle(.waited, at: time(31)).watches == [.after("10")])
    }

    @Test("a line that is no event: all is read again, after a wait")
    func malformed() throws {
        var watcher = try watching()
        #expect(watcher.handle(.malformed("x"), at: time(5)).steps.isWait)
        #expect(watcher.handle(.waited, at: time(6)).watches == [.everything])
    }

    @Test("an object that cannot be read is told, moves the version on, and is not taken for deleted")
    func unreadable() throws {
        let text =
            #"{"type":"MODIFIED","object":{"metadata":{"name":"a","namespace":"n","resourceVersion":"12"},"spec":3}}"#
        let event = try JSON.decode(WatchEvent<Service>.self, from: Array(text.utf8))
        var watcher = try watching()
        let effects = watcher.handle(.received(event), at: time(5))
        #expect(effects.count == 1)
        #expect(effects.contains { if case .report(.unreadable) = $0 { true } else { false } })
        #expect(watcher.handle(.watchEnded(nil), at: time(6)).watches == [.after("12")])

        var fresh = ServiceWatcher(seed: 1)
        _ = fresh.handle(.started, at: .zero)
        _ = fresh.handle(.received(event), at: .zero)
        let end = fresh.handle(.received(.bookmark(resourceVersion: "13", endsInitialEvents: true)), at: .zero)
        #expect(end.first == .deliver(.replace([], keeping: [ObjectKey(namespace: "n", name: "a")], version: "13")))
    }

    @Test("lists that fail begin again", arguments: [410, 403, 500, 504])
    func listFails(code: Int) throws {
        var watcher = ServiceWatcher(seed: 1)
        _ = watcher.handle(.started, at: .zero)
        _ = watcher.handle(.watchEnded(failure(422)), at: .zero)
        _ = watcher.handle(.listed(try page([service("a", "1")], token: "t")), at: .zero)
        let effects = watcher.handle(.listFailed(failure(code, code == 410 ? "Expired" : "")), at: .zero)
        #expect(code == 410 ? effects.steps == [.list(continueToken: "")] : effects.steps.isWait)
        if code != 410 { #expect(watcher.handle(.waited, at: .zero).steps == [.list(continueToken: "")]) }
        let last = watcher.handle(.listed(try page([service("b", "2")])), at: .zero)
        #expect(last.first == .deliver(.replace([service("b", "2")], keeping: [], version: "10")))
    }

    @Test("twenty thousand objects are collected in time that grows with their number", .timeLimit(.minutes(1)))
    func many() {
        var watcher = ServiceWatcher(seed: 1)
        _ = watcher.handle(.started, at: .zero)
        for number in 0..<20_000 {
            _ = watcher.handle(.received(.changed(.object(service("s\(number)", "1")))), at: .zero)
        }
        let end = watcher.handle(.received(.bookmark(resourceVersion: "2", endsInitialEvents: true)), at: .zero)
        #expect(end.last == .report(.synchronized(objects: 20_000)))
    }

    @Test("whatever happens, one thing is going on", arguments: 0..<200 as Range<UInt64>)
    func anyOrder(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var watcher = ServiceWatcher(seed: seed)
        var now = MonotonicTime.zero
        var running = watcher.handle(.started, at: now).steps.last
        for number in 0..<300 {
            now = now.advanced(by: .milliseconds(Int.random(in: 0..<100_000, using: &generator)))
            let object = service("s\(number % 3)", "\(number)")
            let errors = [failure(410, "Expired"), failure(500), failure(422), failure(.silent), failure(.interrupted)]
            let error = errors[Int.random(in: 0..<errors.count, using: &generator)]
            let event: ServiceWatcher.Event
            switch running {
            case .list: event = Bool.random(using: &generator) ? .listed(try page([object])) : .listFailed(error)
            case .wait: event = .waited
            case .watch:
                switch Int.random(in: 0..<6, using: &generator) {
                case 0: event = .watchEnded(nil)
                case 1: event = .watchEnded(error)
                case 2: event = .received(.deleted(.object(object)))
                case 3: event = .received(.bookmark(resourceVersion: "\(number)", endsInitialEvents: true))
                case 4: event = .malformed("x")
                default: event = .received(.changed(.object(object)))
                }
            case .deliver, .report, nil:
                Issue.record("nothing is going on")
                return
            }
            let steps = watcher.handle(event, at: now).steps
            #expect(steps.count <= 1)
            if case .received = event { if let step = steps.last { running = step } } else { running = steps.last }
        }
    }
}

extension [Watcher<Service>.Effect] {
    /// What is begun.
    var steps: Self {
        filter {
            switch $0 {
            case .list, .watch, .wait: true
            case .deliver, .report: false
            }
        }
    }

    var watches: [WatchRequest.Start] {
        compactMap { if case .watch(let request) = $0 { request.start } else { nil } }
    }

    var isWait: Bool {
        if case .wait = first, count == 1 { true } else { false }
    }
}
