import Foundation
import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes
import Testing

@testable import KubernetesSource

@Suite("From outcomes to writes")
struct OutcomeWritingTests {
    private let time = Timestamp(microseconds: 1_800_000_000_000_000)
    private let head = #"{"metadata":{"uid":"u1","resourceVersion":"10""#

    private func outcome(
        record: [String]? = nil, ingress: [String]? = nil, conditions: [LoadBalancing.Condition]? = nil,
        uid: String = "u1"
    ) -> ServiceOutcome {
        ServiceOutcome(
            key: Objects.key, uid: uid, record: record?.map(Objects.address), ingress: ingress?.map(Objects.address),
            conditions: conditions)
    }

    private func condition(
        _ kind: LoadBalancing.Condition.Kind = .announced, _ isTrue: Bool = true, message: String = "m"
    ) -> LoadBalancing.Condition {
        .init(
            kind: kind, isTrue: isTrue, reason: isTrue ? "Announced" : "Pending", message: message,
            observedGeneration: 1)
    }

    private func patches(
        _ outcome: ServiceOutcome?, _ service: Kubernetes.Service, _ writing: OutcomeWriting = OutcomeWriting()
    ) -> [String] {
        writing.writes(for: outcome, on: service, at: time).map(\.patch.text)
    }

    struct RecordCase: Sendable {
        /// The annotation and `spec.loadBalancerIP` as they are.
        var assigned: String?
        var mirror = ""
        var record: [String]
        var mirrors = true
        /// What follows in the patch; nil: no write.
        var rest: String?
    }

    static let records: [RecordCase] = [
        .init(
            record: ["192.0.2.1"],
            rest: #","annotations":{"herald-lb.io/assigned":"192.0.2.1"}},"spec":{"loadBalancerIP":"192.0.2.1"}}"#),
        .init(
            record: ["192.0.2.1"], mirrors: false, rest: #","annotations":{"herald-lb.io/assigned":"192.0.2.1"}}}"#),
        .init(
            record: ["192.0.2.1", "2001:db8::1"],
            rest: #","annotations":{"herald-lb.io/assigned":"192.0.2.1,2001:db8::1"}}}"#),
        .init(assigned: "192.0.2.1", mirror: "192.0.2.1", record: ["192.0.2.1"], rest: nil),
        .init(assigned: "192.0.2.1", record: ["192.0.2.1"], mirrors: false, rest: nil),
        .init(assigned: "192.0.2.1", record: ["192.0.2.1"], rest: #"},"spec":{"loadBalancerIP":"192.0.2.1"}}"#),
        .init(
            assigned: "192.0.2.1", mirror: "192.0.2.1", record: ["192.0.2.2"],
            rest: #","annotations":{"herald-lb.io/assigned":"192.0.2.2"}},"spec":{"loadBalancerIP":"192.0.2.2"}}"#),
        .init(
            assigned: "192.0.2.1", mirror: "192.0.2.1", record: ["192.0.2.1", "2001:db8::1"],
            rest:
                #","annotations":{"herald-lb.io/assigned":"192.0.2.1,2001:db8::1"}},"spec":{"loadBalancerIP":null}}"#),
        .init(
            assigned: "192.0.2.1", mirror: "192.0.2.1", record: [],
            rest: #","annotations":{"herald-lb.io/assigned":null}},"spec":{"loadBalancerIP":null}}"#),
        // A request that differs from the record is its author's.
        .init(assigned: "192.0.2.1", mirror: "192.0.2.9", record: ["192.0.2.1"], rest: nil),
        .init(
            assigned: "192.0.2.1", mirror: "192.0.2.9", record: [],
            rest: #","annotations":{"herald-lb.io/assigned":null}}}"#),
        .init(mirror: "192.0.2.9", record: [], rest: nil),
        .init(
            mirror: "not an address", record: ["192.0.2.1"],
            rest: #","annotations":{"herald-lb.io/assigned":"192.0.2.1"}}}"#),
        .init(
            mirror: "192.0.2.1", record: ["192.0.2.1"], rest: #","annotations":{"herald-lb.io/assigned":"192.0.2.1"}}}"#
        ),
        .init(
            assigned: " 192.0.2.1", mirror: "192.0.2.1", record: ["192.0.2.1"],
            rest: #","annotations":{"herald-lb.io/assigned":"192.0.2.1"}}}"#),
        .init(record: [], rest: nil),
    ]

    @Test("the record and its mirror", arguments: records)
    func record(_ testCase: RecordCase) throws {
        let metadata = testCase.assigned.map { #""annotations":{"herald-lb.io/assigned":"\#($0)"}"# } ?? ""
        let service = try Objects.service(metadata: metadata, spec: #""loadBalancerIP":"\#(testCase.mirror)""#)
        let writing = OutcomeWriting(mirrorsLoadBalancerIP: testCase.mirrors)
        let expected = testCase.rest.map { [head + $0] } ?? []
        #expect(patches(outcome(record: testCase.record), service, writing) == expected)
    }

    @Test("a conflict is reported once, and the report removed with the record that it is about")
    func conflicts() throws {
        var reporting = outcome()
        reporting.conflicts = [Objects.address("192.0.2.1")]
        let service = try Objects.service(metadata: #""annotations":{"herald-lb.io/assigned":"192.0.2.1"}"#)
        #expect(patches(reporting, service) == [head + #","annotations":{"herald-lb.io/conflict":"192.0.2.1"}}}"#])
        let reported = try Objects.service(
            metadata: #""annotations":{"herald-lb.io/assigned":"192.0.2.1","herald-lb.io/conflict":"192.0.2.1"}"#)
        #expect(patches(reporting, reported).isEmpty)
        let writing = OutcomeWriting(mirrorsLoadBalancerIP: false)
        #expect(patches(outcome(record: ["192.0.2.1"]), reported, writing).isEmpty)
        let change = #","annotations":{"herald-lb.io/assigned":"192.0.2.2","herald-lb.io/conflict":null}}}"#
        #expect(patches(outcome(record: ["192.0.2.2"]), reported, writing) == [head + change])
    }

    struct IngressCase: Sendable {
        var present: String
        var wanted: [String]
        /// Nil: no write.
        var written: String?
        var isUrgent = true
    }

    static let ingresses: [IngressCase] = [
        .init(present: "", wanted: [], written: nil),
        .init(present: "", wanted: ["192.0.2.1"], written: #"{"ip":"192.0.2.1","ipMode":"VIP"}"#),
        .init(present: #"{"ip":"192.0.2.1"}"#, wanted: ["192.0.2.1"], written: nil),
        .init(present: #"{"ip":"192.0.2.1","ipMode":"VIP"}"#, wanted: ["192.0.2.1"], written: nil),
        .init(
            present: #"{"ip":"192.0.2.1","ipMode":"VIP","ports":[{"port":80,"protocol":"TCP"}]}"#,
            wanted: ["192.0.2.1"], written: nil),
        .init(
            present: #"{"ip":"192.0.2.1","ipMode":"Proxy"}"#, wanted: ["192.0.2.1"],
            written: #"{"ip":"192.0.2.1","ipMode":"VIP"}"#),
        .init(present: #"{"hostname":"x"}"#, wanted: ["192.0.2.1"], written: #"{"ip":"192.0.2.1","ipMode":"VIP"}"#),
        .init(present: #"{"ip":"192.0.2.1","ipMode":"VIP"}"#, wanted: [], written: "", isUrgent: false),
        .init(
            present: #"{"ip":"2001:db8::1"},{"ip":"192.0.2.1"}"#, wanted: ["192.0.2.1", "2001:db8::1"],
            written: #"{"ip":"192.0.2.1","ipMode":"VIP"},{"ip":"2001:db8::1","ipMode":"VIP"}"#),
    ]

    @Test("the addresses in the status", arguments: ingresses)
    func ingress(_ testCase: IngressCase) throws {
        let service = try Objects.service(ingress: testCase.present)
        let writes = OutcomeWriting().writes(for: outcome(ingress: testCase.wanted), on: service, at: time)
        let expected = testCase.written.map { [head + #"},"status":{"loadBalancer":{"ingress":[\#($0)]}}}"#] }
        #expect(writes.map(\.patch.text) == expected ?? [])
        #expect(writes.allSatisfy { $0.target == .status && $0.isUrgent == testCase.isUrgent })
    }

    @Test("conditions are merged by type; others stay, and the transition time changes with the status only")
    func conditions() throws {
        let service = try Objects.service(conditions: Objects.others + "," + Objects.ours)
        let present = service.status.conditions
        #expect(OutcomeWriting.merged([condition()], into: present, at: time) == nil)
        let reworded = try #require(
            OutcomeWriting.merged([condition(message: "other")], into: present, at: time))
        #expect(reworded.map(\.type) == present.map(\.type))
        #expect(reworded[0] == present[0])
        #expect(reworded[1].message == "other")
        #expect(reworded[1].lastTransitionTime == present[1].lastTransitionTime)
        let turned = try #require(OutcomeWriting.merged([condition(.announced, false)], into: present, at: time))
        #expect(turned[1].status == "False" && turned[1].lastTransitionTime == time)
        let added = try #require(OutcomeWriting.merged([condition(.allocated)], into: present, at: time))
        #expect(added.map(\.type) == present.map(\.type) + ["herald-lb.io/Allocated"])
        #expect(OutcomeWriting.merged([], into: present, at: time) == [present[0]])
        #expect(OutcomeWriting.merged([], into: [present[0]], at: time) == nil)
    }

    @Test("a write of conditions alone is not urgent, and carries the precondition")
    func conditionPatch() throws {
        let writes = try OutcomeWriting().writes(
            for: outcome(conditions: [condition()]), on: Objects.service(), at: time)
        #expect(writes.map(\.isUrgent) == [false])
        #expect(
            writes.map(\.patch.text) == [
                head + #"},"status":{"conditions":[{"type":"herald-lb.io/Announced","status":"True","#
                    + #""observedGeneration":1,"lastTransitionTime":"2027-01-15T08:00:00Z","reason":"Announced","#
                    + #""message":"m"}]}}"#
            ])
    }

    @Test("an outcome for another UID, an empty one and none write nothing")
    func nothing() throws {
        let service = try Objects.service()
        #expect(patches(outcome(record: ["192.0.2.1"], ingress: ["192.0.2.1"], uid: "u0"), service).isEmpty)
        #expect(patches(outcome(), service).isEmpty)
        #expect(patches(nil, service).isEmpty)
    }

    @Test("a Service that is ours no more loses what herald wrote, and nothing else")
    func leaving() throws {
        let out = outcome(record: [], ingress: [], conditions: [])
        let foreign = try Objects.service(
            spec: #""loadBalancerClass":"other/class""#, ingress: #"{"ip":"203.0.113.1"}"#, conditions: Objects.others)
        #expect(patches(out, foreign).isEmpty)
        let ours = try Objects.service(
            metadata: #""annotations":{"herald-lb.io/assigned":"192.0.2.1"}"#,
            spec: #""loadBalancerClass":"other/class","loadBalancerIP":"192.0.2.1""#,
            ingress: #"{"ip":"192.0.2.1"}"#, conditions: Objects.ours)
        #expect(
            patches(out, ours) == [
                head + #","annotations":{"herald-lb.io/assigned":null}},"spec":{"loadBalancerIP":null}}"#,
                head + #"},"status":{"loadBalancer":{"ingress":[]},"conditions":[]}}"#,
            ])
    }

    /// Metadata, spec, whether we allocate, whether the finalizer goes.
    static let finalizers: [(String, String, Bool, Bool)] = [
        (#""deletionTimestamp":"2026-01-01T00:00:00Z""#, #""loadBalancerClass":"herald-lb.io/herald""#, true, true),
        (#""deletionTimestamp":"2026-01-01T00:00:00Z""#, #""loadBalancerClass":"herald-lb.io/herald""#, false, false),
        (#""labels":{}"#, #""loadBalancerClass":"herald-lb.io/herald""#, true, false),
        (#""deletionTimestamp":"2026-01-01T00:00:00Z""#, #""loadBalancerClass":"other/class""#, true, false),
        // Without a class, it may be the cloud's.
        (#""deletionTimestamp":"2026-01-01T00:00:00Z""#, "", true, false),
        (
            #""deletionTimestamp":"2026-01-01T00:00:00Z","annotations":{"herald-lb.io/assigned":"192.0.2.1"}"#, "",
            true, true
        ),
    ]

    @Test("the cleanup finalizer of others goes from a deleting Service of ours", arguments: finalizers)
    func finalizer(_ metadata: String, _ spec: String, _ isAllocator: Bool, _ goes: Bool) throws {
        let service = try Objects.service(
            metadata: metadata + #","finalizers":["a/b","service.kubernetes.io/load-balancer-cleanup"]"#, spec: spec)
        let writing = OutcomeWriting(isAllocator: isAllocator)
        #expect(patches(nil, service, writing) == (goes ? [head + #","finalizers":["a/b"]}}"#] : []))
    }
}

@Suite("Pending writes")
struct PendingWritesTests {
    private let start = MonotonicTime.zero

    private func key(_ number: Int) -> ServiceKey { ServiceKey(namespace: "n", name: "\(number)") }
    private func task(_ number: Int, uid: String = "u") -> PendingWrites.Task {
        .outcome(ServiceOutcome(key: key(number), uid: uid))
    }

    @Test("no more than thirty-two are worked on at once, and each Service once")
    func bound() {
        var pending = PendingWrites(seed: 1)
        for number in 0..<50 { pending.add(task(number), for: key(number)) }
        let taken = (0..<50).compactMap { _ in pending.take(at: start) }
        #expect(taken.count == PendingWrites.mostInFlight)
        #expect(Set(taken).count == taken.count)
        pending.finish(taken[0], pending[taken[0]], succeeded: true, at: start)
        #expect(pending.take(at: start) == key(PendingWrites.mostInFlight))
        #expect(pending.take(at: start) == nil)
    }

    @Test("while the server takes no requests all wait together, and then go on at once")
    func held() throws {
        var pending = PendingWrites(seed: 1)
        for number in 0..<50 { pending.add(task(number), for: key(number)) }
        let taken = (0..<50).compactMap { _ in pending.take(at: start) }
        for key in taken { pending.hold(key, asked: .seconds(2), at: start) }
        #expect(pending.take(at: start) == nil)
        let due = try #require(pending.nextDue)
        #expect(due == start.advanced(by: .seconds(2)))
        let again = (0..<50).compactMap { _ in pending.take(at: due) }
        #expect(again.count == PendingWrites.mostInFlight)
        pending.hold(taken[0], asked: .seconds(60), at: due)
        #expect(pending.take(at: due) == nil)
        pending.release()
        #expect(pending.take(at: due) != nil)
    }

    @Test("the newest outcome wins, also over one that is worked on")
    func newest() {
        var pending = PendingWrites(seed: 1)
        pending.add(task(1, uid: "old"), for: key(1))
        let worked = pending.take(at: start).flatMap { pending[$0] }
        pending.add(task(1, uid: "new"), for: key(1))
        #expect(pending.take(at: start) == nil)
        pending.finish(key(1), worked, succeeded: true, at: start)
        #expect(pending[key(1)] == task(1, uid: "new"))
        #expect(pending.take(at: start) == key(1))
        pending.finish(key(1), pending[key(1)], succeeded: true, at: start)
        #expect(pending.isEmpty)
    }

    @Test("a failure waits between 0.05 and 30 seconds, and holds no other")
    func failure() throws {
        var pending = PendingWrites(seed: 1)
        pending.add(task(1), for: key(1))
        var now = start
        for _ in 0..<15 {
            #expect(pending.take(at: now) == key(1))
            pending.finish(key(1), pending[key(1)], succeeded: false, at: now)
            pending.add(task(2), for: key(2))
            #expect(pending.take(at: now) == key(2))
            pending.finish(key(2), pending[key(2)], succeeded: true, at: now)
            let due = try #require(pending.nextDue)
            #expect(now.duration(to: due) >= .milliseconds(50) && now.duration(to: due) <= .seconds(30))
            now = due
        }
    }

    @Test("what only informs waits once, and an outcome that comes meanwhile is looked at at once")
    func patience() {
        var pending = PendingWrites(seed: 1)
        pending.add(task(1), for: key(1))
        #expect(pending.take(at: start) == key(1))
        #expect(pending.shouldWait(key(1), at: start) == true)
        pending.postpone(key(1), at: start)
        #expect(pending.take(at: start) == nil)
        #expect(!pending.isEmpty)
        let soon = start.advanced(by: .milliseconds(50))
        pending.add(task(1, uid: "new"), for: key(1))
        #expect(pending.take(at: soon) == key(1))
        #expect(pending.shouldWait(key(1), at: soon) == true)
        pending.postpone(key(1), at: soon)
        let due = start.advanced(by: PendingWrites.patience)
        #expect(pending.nextDue == due)
        #expect(pending.take(at: due) == key(1))
        #expect(pending.shouldWait(key(1), at: due) == false)
    }

    @Test("whoever goes on changing a Service back is answered less and less often, until there is peace")
    func fight() {
        var pending = PendingWrites(seed: 1)
        var times: [MonotonicTime] = []
        var now = start
        func writes(for seconds: Int) -> Int {
            var count = 0
            for _ in 0..<seconds * 2 {
                if pending.mayWrite(key(1), at: now) {
                    count += 1
                    times.append(now)
                }
                now = now.advanced(by: .milliseconds(500))
            }
            return count
        }
        #expect(writes(for: 60) <= 14)
        #expect(writes(for: 600) <= 6)
        #expect(writes(for: 3600) == 11 || writes(for: 3600) == 12, "one in 320 s")
        now = now.advanced(by: .seconds(700))
        #expect(writes(for: 1) == 2, "two were earned")
        #expect(writes(for: 12) == 1, "after 5 s, as at first, and then after 10")
        now = now.advanced(by: .seconds(100))
        #expect(writes(for: 10) == 10 + 1)
    }

    @Test("the rival is named: who last wrote the status")
    func rivals() throws {
        func managers(_ entries: String) throws -> FieldManagers {
            try JSONDecoder().decode(
                FieldManagers.self, from: Data(#"{"metadata":{"name":"web","managedFields":[\#(entries)]}}"#.utf8))
        }
        let own = #"{"manager":"herald","subresource":"status","time":"2026-01-01T00:00:09Z"}"#
        let kubectl = #"{"manager":"kubectl","time":"2026-01-01T00:00:08Z"}"#
        let old = #"{"manager":"old","subresource":"status","time":"2026-01-01T00:00:01Z"}"#
        let new = #"{"manager":"new","subresource":"status","time":"2026-01-01T00:00:02Z"}"#
        #expect(try managers([own, kubectl, new, old].joined(separator: ",")).latest(but: "herald") == "new")
        #expect(try managers([own, kubectl].joined(separator: ",")).latest(but: "herald") == "kubectl")
        #expect(try managers(own).latest(but: "herald") == nil)
        #expect(try managers(#"{"manager":"a"},{"manager":""}"#).latest(but: "herald") == "a")
        let none = try JSONDecoder().decode(FieldManagers.self, from: Data(#"{"metadata":{"name":"web"}}"#.utf8))
        #expect(none.latest(but: "herald") == nil)
    }

    @Test("a Service that others change back gets ten writes in a row, then one in five seconds")
    func pace() {
        var pending = PendingWrites(seed: 1)
        let inARow = (0..<20).count { _ in pending.mayWrite(key(1), at: start) }
        #expect(inARow == 10)
        let later = start.advanced(by: .seconds(5))
        #expect(pending.mayWrite(key(1), at: later) == true)
        #expect(pending.mayWrite(key(1), at: later) == false)
        #expect(pending.mayWrite(key(2), at: later) == true)
    }

    @Test("a Service that is gone is forgotten; tidying does not replace an outcome")
    func dropping() {
        var pending = PendingWrites(seed: 1)
        pending.add(task(1), for: key(1))
        pending.add(.tidy, for: key(1))
        #expect(pending[key(1)] == task(1))
        pending.drop(key(1))
        #expect(pending.isEmpty)
        #expect(pending.take(at: start) == nil)
    }
}

@Suite("Permissions that are missing")
struct RefusalsTests {
    @Test("each is told once and left alone for a while, until it was granted")
    func once() {
        var refusals = Refusals(seed: 1)
        let status = Refusals.Permission(verb: "patch", resource: "services/status", namespace: "a")
        var other = status
        other.namespace = "b"
        #expect(refusals.wait(for: status, at: .zero) == nil)
        #expect(refusals.add(status, at: .zero).isNews)
        #expect(!refusals.add(status, at: .zero).isNews)
        #expect(refusals.add(other, at: .zero).isNews)
        #expect(refusals.remove(status) == true)
        #expect(refusals.remove(status) == false)
        #expect(refusals.wait(for: status, at: .zero) == nil)
        #expect(refusals.add(status, at: .zero).isNews)
    }

    @Test("it is tried again after a second, then less often, up to half a minute; refused together counts once")
    func pauses() throws {
        var refusals = Refusals(seed: 1)
        let permission = Refusals.Permission(verb: "patch", resource: "services", namespace: "a")
        var now = MonotonicTime.zero
        for longest in [1, 2, 4, 8, 16, 30, 30] {
            let waits = (0..<32).map { _ in refusals.add(permission, at: now).wait }
            #expect(Set(waits).count == 1)
            #expect((Duration.seconds(longest) / 2 ... .seconds(longest)).contains(waits[0]))
            #expect(refusals.wait(for: permission, at: now) == waits[0])
            now = now.advanced(by: waits[0])
            #expect(refusals.wait(for: permission, at: now) == nil)
        }
    }

    @Test("when it is time one tries, and the others wait for the answer, though not for ever")
    func oneForAll() {
        var refusals = Refusals(seed: 1)
        let permission = Refusals.Permission(verb: "patch", resource: "services", namespace: "a")
        _ = refusals.add(permission, at: .zero)
        let due = MonotonicTime.zero.advanced(by: .seconds(1))
        #expect(refusals.wait(for: permission, at: due) == nil)
        #expect(refusals.wait(for: permission, at: due) == .seconds(10))
        #expect(refusals.wait(for: permission, at: due.advanced(by: .seconds(10))) == nil)
    }
}
