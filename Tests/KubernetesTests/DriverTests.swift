import HTTPTransfer
import NIOConcurrencyHelpers
import NetworkTypes
import ScriptedHTTP
import Testing

@testable import Kubernetes

@Suite("The drivers against recorded answers", .timeLimit(.minutes(1)))
struct DriverTests {
    private func follow(_ server: RecordedServer, until done: @escaping @Sendable ([String]) -> Bool) async throws
        -> [String]
    {
        let client = try server.client()
        let log = Journal<String>()
        let mirror = NIOLockedValueBox(ServiceMirror())
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await WatchLoop(Service.self, of: client, Selection(namespace: "lbtest"), seed: 1).run { delivery in
                    log.append(mirror.withLockedValue { $0.apply(delivery) })
                } report: { report in
                    if case .synchronized = report { log.append(["synchronized"]) }
                }
            }
            _ = await eventually { done(log.entries) }
            group.cancelAll()
        }
        return log.entries
    }

    @Test("a streaming list, its changes, and the watch that follows from its last version")
    func streaming() async throws {
        let list = try Transcript("24").exchanges[0]
        var watch = try RecordedServer.Answer(Transcript("20").exchanges[0])
        watch.staysOpen = true
        let server = try RecordedServer([RecordedServer.Answer(list), watch])
        let log = try await follow(server) { $0.last == "-w1" }
        #expect(log.suffix(7) == ["synchronized", "+w4", "-w4", "+w1", "~w1", "~w1", "-w1"])
        #expect(server.requests.count == 2)
        #expect(server.requests[0].line.contains("sendInitialEvents=true&resourceVersionMatch=NotOlderThan"))
        #expect(server.requests[1].line.contains("&resourceVersion=397"))
    }

    @Test("a server without streaming lists is listed in pages, then watched")
    func fallback() async throws {
        let refusal = try Transcript("a1").exchanges
        let pages = try Transcript("14").exchanges
        var watch = try RecordedServer.Answer(Transcript("20").exchanges[0])
        watch.staysOpen = true
        let server = try RecordedServer((refusal + pages).map(RecordedServer.Answer.init) + [watch])
        let log = try await follow(server) { $0.last == "-w1" }
        #expect(log.dropLast(4).last == "synchronized")
        #expect(log.filter { $0.hasPrefix("+") }.count == 8)
        #expect(server.requests.count == 5)
    }

    @Test("a version that is too old, a line that is no event, a refusal: it goes on until all is there")
    func troubles() async throws {
        let tooOld = try RecordedServer.Answer(Transcript("90").exchanges[0])
        let list = try RecordedServer.Answer(Transcript("24").exchanges[0])
        var watch = try RecordedServer.Answer(Transcript("20").exchanges[0])
        watch.staysOpen = true
        let nonsense = RecordedServer.Answer(body: Array("{\"type\":".utf8) + [10], isStream: true)
        let server = try RecordedServer([
            RecordedServer.Answer(status: 503), tooOld, nonsense, RecordedServer.Answer(status: 429), list, watch,
        ])
        let log = try await follow(server) { $0.last == "-w1" }
        #expect(log.filter { $0 == "synchronized" }.count == 1)
        #expect(server.requests.count == 6)
    }

    @Test("an elector leads, and lets go when it stops")
    func elector() async throws {
        let absent = try Transcript("40").exchanges[11]
        let created = try Transcript("40").exchanges[0]
        var released = created
        released.body = Array(
            #"{"metadata":{"name":"lb-leader","resourceVersion":"9"},"spec":{"holderIdentity":""}}"#.utf8)
        let server = try RecordedServer([absent, created, released])
        let elector = LeaseElector(
            try server.client(), lease: ObjectKey(namespace: "lbtest", name: "lb-leader"), identity: "tnode1", seed: 1)
        let log = Journal<LeaseElection.Leadership>()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await elector.run { leadership in log.append([leadership]) }
            }
            _ = await eventually { log.entries == [.leading(unbroken: false)] }
            elector.stop()
        }
        #expect(log.entries == [.leading(unbroken: false), .following(holder: "")])
        let requests = server.requests
        #expect(requests.map { $0.line.prefix(5) } == ["GET /", "POST ", "PATCH"])
        #expect(requests[1].body.contains(#""holderIdentity":"tnode1","leaseDurationSeconds":15"#))
        #expect(requests[2].body.contains(#"{"metadata":{"resourceVersion":"558"},"spec":{"holderIdentity":"""#))
    }

    @Test("a leader whose Lease was deleted makes it again at once, and leads on")
    func deletedLease() async throws {
        let absent = try Transcript("40").exchanges[11]
        let created = try Transcript("40").exchanges[0]
        let server = try RecordedServer([absent, created, absent, absent, created, created])
        let elector = LeaseElector(
            try server.client(), lease: ObjectKey(namespace: "lbtest", name: "lb-leader"), identity: "tnode1", seed: 1)
        let log = Journal<LeaseElection.Leadership>()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                await elector.run { leadership in log.append([leadership]) }
            }
            #expect(await eventually { server.requests.count == 5 })
            group.cancelAll()
        }
        #expect(server.requests.map { $0.line.prefix(5) } == ["GET /", "POST ", "PATCH", "GET /", "POST "])
        #expect(log.entries.allSatisfy { $0.isLeading })
    }

    @Test("a recorder writes notes, and says what it could not write")
    func recorder() async throws {
        let events = try Transcript("70").exchanges
        let server = try RecordedServer([events[0], events[1], events[2]])
        let recorder = EventRecorder(try server.client(), controller: "example.com/lb", instance: "lb-tnode1", seed: 1)
        let failures = Counter()
        let key = ObjectKey(namespace: "lbtest", name: "web")
        let reference = ObjectReference(kind: Service.kind, key: key, uid: "u")
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await recorder.run { if $0 != nil { failures.add(1) } } }
            let note = EventNote(reference, .normal, reason: "IPAllocated", action: "Allocate", "x")
            recorder.record(note)
            recorder.record(note)
            recorder.record(EventNote(reference, .warning, reason: "", action: "", "y"))
            _ = await eventually { failures.value == 1 }
            group.cancelAll()
        }
        #expect(recorder.droppedNotes == 1)
        #expect(server.requests.map { $0.line.prefix(5) } == ["POST ", "PATCH", "POST "])
        #expect(server.requests[1].body.contains(#""count":2"#))
    }
}

@Suite("Events and a server that refuses them", .timeLimit(.minutes(1)))
struct RefusedEventTests {
    private func forbidden(_ message: String, causes: String = "") -> RecordedServer.Answer {
        let details = #"{"name":"web.1","kind":"events","causes":[\#(causes)]}"#
        let body =
            #"{"kind":"Status","apiVersion":"v1","status":"Failure","message":"\#(message)","#
            + #""reason":"Forbidden","details":\#(details),"code":403}"#
        return RecordedServer.Answer(status: 403, body: Array(body.utf8))
    }

    private func note(_ name: String) -> EventNote {
        let reference = ObjectReference(kind: Service.kind, key: ObjectKey(namespace: "lbtest", name: name), uid: "u")
        return EventNote(reference, .normal, reason: "IPAllocated", action: "Allocate", name)
    }

    /// What was heard, once every answer was given.
    private func hear(_ answers: [RecordedServer.Answer], _ notes: [String], gap: Duration = .zero) async throws
        -> (heard: [Bool], requests: Int, dropped: Int)
    {
        let server = try RecordedServer(answers)
        let recorder = EventRecorder(try server.client(), controller: "example.com/lb", instance: "n", seed: 1)
        let heard = NIOLockedValueBox<[Bool]>([])
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await recorder.run { error in heard.withLockedValue { $0.append(error == nil) } } }
            for (index, name) in notes.enumerated() {
                if index == notes.count - 1, gap > .zero {
                    // From the first answer on.
                    _ = await eventually { heard.withLockedValue { !$0.isEmpty } }
                    try? await Task.sleep(for: gap)
                }
                recorder.record(note(name))
            }
            _ = await eventually { heard.withLockedValue { $0.count } >= answers.count }
            group.cancelAll()
        }
        return (heard.withLockedValue { $0 }, server.requests.count, recorder.droppedNotes)
    }

    @Test("a namespace that is being deleted takes no Events, and keeps none from other namespaces")
    func ending() async throws {
        let cause =
            #"{"reason":"NamespaceTerminating","message":"namespace lbtest is being terminated","field":"metadata.namespace"}"#
        let refusal = forbidden(
            #"events.events.k8s.io \"web.1\" is forbidden: unable to create new content in namespace lbtest because it is "#
                + "being terminated", causes: cause)
        let written = try RecordedServer.Answer(Transcript("70").exchanges[0])
        let (heard, requests, dropped) = try await hear([refusal, written], ["a", "b"])
        #expect(heard == [true, true])
        #expect(requests == 2)
        #expect(dropped == 1)
    }

    @Test("without the permission nothing is written for a second, then it is tried again")
    func forbidding() async throws {
        let refusal = forbidden(
            #"events.events.k8s.io is forbidden: User \"u\" cannot create resource \"events\" in API group \"events.k8s.io\""#
        )
        let written = try RecordedServer.Answer(Transcript("70").exchanges[0])
        let (heard, requests, dropped) = try await hear(
            [refusal, written], ["a", "b", "c"], gap: .milliseconds(1200))
        #expect(heard == [false, true])
        #expect(requests == 2)
        #expect(dropped == 2)
    }
}

/// What was reported, in order.
private final class Journal<Entry: Sendable>: Sendable {
    private let log = NIOLockedValueBox<[Entry]>([])

    var entries: [Entry] { log.withLockedValue { $0 } }

    func append(_ entries: [Entry]) {
        log.withLockedValue { $0 += entries }
    }
}
