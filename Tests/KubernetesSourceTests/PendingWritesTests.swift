import Foundation
import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes
import Testing

@testable import KubernetesSource

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
                if pending.mayWrite(key(1), to: .status, at: now) {
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

    @Test("a Service that changes again and again is written to every five seconds, and no more seldom")
    func busy() {
        var pending = PendingWrites(seed: 1)
        var now = start
        var count = 0
        for second in 0..<120 {
            // Each outcome wants both, and the next has come before they are written.
            pending.add(task(1, uid: "\(second)"), for: key(1))
            for target in [ServiceWrite.Target.main, .status] {
                if pending.mayWrite(key(1), to: target, at: now) {
                    count += 1
                } else {
                    #expect(!pending.isRepetition(key(1), to: target), "it is nobody's fight")
                }
            }
            now = now.advanced(by: .seconds(1))
        }
        #expect(count == 10 + 23)
        let isServedNext = pending.mayWrite(key(1), to: .main, at: now.advanced(by: .seconds(5)))
        #expect(isServedNext)
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
        let inARow = (0..<20).count { _ in pending.mayWrite(key(1), to: .status, at: start) }
        #expect(inARow == 10)
        #expect(pending.isRepetition(key(1), to: .status))
        let later = start.advanced(by: .seconds(5))
        #expect(pending.mayWrite(key(1), to: .status, at: later) == true)
        #expect(pending.mayWrite(key(1), to: .status, at: later) == false)
        #expect(pending.mayWrite(key(2), to: .status, at: later) == true)
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
