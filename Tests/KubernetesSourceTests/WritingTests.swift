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
        .init(assigned: "2001:db8::1", mirror: "2001:DB8:0::1", record: ["2001:db8::1"], rest: nil),
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
