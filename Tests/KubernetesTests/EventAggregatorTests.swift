import NetworkTypes
import Testing

@testable import Kubernetes

@Suite("Events")
struct EventAggregatorTests {
    private let wallClock = Timestamp(microseconds: 1_767_225_600_000_000)

    private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func note(_ text: String, on name: String = "web") -> EventNote {
        let key = ObjectKey(namespace: "lbtest", name: name)
        return EventNote(
            ObjectReference(kind: Service.kind, key: key, uid: "a87d6652"), .normal, reason: "IPAllocated",
            action: "Allocate", text)
    }

    private func aggregator() -> EventAggregator {
        EventAggregator(controller: "example.com/lb", instance: "lb-tnode1")
    }

    @Test("a new note has all the members that a server accepted (recorded)")
    func members() throws {
        var aggregator = aggregator()
        guard
            case .create(let key, .object(let members))? = aggregator.record(note("x"), at: .zero, wallClock: wallClock)
                .first
        else {
            Issue.record("no event")
            return
        }
        #expect(key.namespace == "lbtest")
        #expect(key.name.hasPrefix("web."))
        let recorded = try String(decoding: Transcript("70").exchanges[0].requestBody, as: UTF8.self)
        for member in members { #expect(recorded.contains("\"\(member.name)\"")) }
        let values = Dictionary(uniqueKeysWithValues: members.map { ($0.name, $0.value) })
        #expect(values["eventTime"] == "2026-01-01T00:00:00.000000Z")
        #expect(values["type"] == "Normal")
        #expect(values["note"] == "x")
    }

    @Test("the name of a node may be longer than the instance that an Event may name")
    func longInstance() {
        var aggregator = EventAggregator(controller: "example.com/lb", instance: String(repeating: "n", count: 253))
        guard
            case .create(_, .object(let members))? = aggregator.record(note("x"), at: .zero, wallClock: wallClock).first
        else {
            Issue.record("no event")
            return
        }
        let instance = members.first { $0.name == "reportingInstance" }?.value
        #expect(instance == .string(String(repeating: "n", count: 128)))
    }

    @Test("the same note again is counted on the first")
    func series() throws {
        var aggregator = aggregator()
        guard case .create(let key, _)? = aggregator.record(note("x"), at: .zero, wallClock: wallClock).first else {
            Issue.record("no event")
            return
        }
        func patch(_ count: Int64) -> EventAggregator.Effect {
            .patch(key, ["series": ["count": .integer(count), "lastObservedTime": .string(wallClock.microTime)]])
        }
        #expect(aggregator.record(note("x"), at: time(1), wallClock: wallClock) == [patch(2)])
        #expect(aggregator.record(note("x"), at: time(2), wallClock: wallClock) == [])
        #expect(aggregator.record(note("x"), at: time(3), wallClock: wallClock) == [])
        #expect(aggregator.flush(at: time(4)) == [])
        #expect(aggregator.flush(at: time(60)) == [patch(4)])
        #expect(aggregator.flush(at: time(120)) == [])
        #expect(aggregator.record(note("x"), at: time(300), wallClock: wallClock) == [patch(5)])
        guard case .create? = aggregator.record(note("x"), at: time(700), wallClock: wallClock).first else {
            Issue.record("the series did not end")
            return
        }
    }

    @Test("an Event that is gone from the server is made anew")
    func gone() {
        var aggregator = aggregator()
        guard case .create(let key, _)? = aggregator.record(note("x"), at: .zero, wallClock: wallClock).first else {
            return
        }
        aggregator.forget(key)
        guard case .create(let next, _)? = aggregator.record(note("x"), at: .zero, wallClock: wallClock).first else {
            Issue.record("no event")
            return
        }
        #expect(next != key)
    }

    @Test("one object that is noisy is silenced, others are heard")
    func buckets() {
        var aggregator = aggregator()
        let heard = (0..<100).filter {
            !aggregator.record(note("\($0)"), at: time(1), wallClock: wallClock).isEmpty
        }
        #expect(heard.count == 25)
        #expect(aggregator.suppressed == 75)
        #expect(!aggregator.record(note("x", on: "other"), at: time(1), wallClock: wallClock).isEmpty)
        #expect(!aggregator.record(note("later"), at: time(302), wallClock: wallClock).isEmpty)
        #expect(aggregator.record(note("later still"), at: time(303), wallClock: wallClock).isEmpty)
    }

    @Test("what is remembered is bounded, and each Event has a name of its own")
    func bounded() {
        var aggregator = aggregator()
        var names: Set<ObjectKey> = []
        for number in 0..<(EventAggregator.capacity * 3) {
            for case .create(let key, _) in aggregator.record(
                note("x", on: "s\(number % 5000)"), at: time(Int64(number)), wallClock: wallClock)
            {
                #expect(names.insert(key).inserted)
            }
        }
    }

    @Test("a long note is cut between characters")
    func cut() {
        let short = note(String(repeating: "é", count: 600)).shortText
        #expect(short.utf8.count == 1024)
        #expect(note("x").shortText == "x")
    }
}
