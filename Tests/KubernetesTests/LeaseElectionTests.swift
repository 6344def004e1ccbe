import NetworkTypes
import Testing

@testable import Kubernetes

@Suite("The election")
struct LeaseElectionTests {
    private let wallClock = Timestamp(microseconds: 1_767_225_600_000_000)

    private func time(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

    private func lease(_ holder: String, version: String = "1", renewed: Int64 = 0, transitions: Int32 = 0) -> Lease {
        var record = LeaseRecord()
        record.holder = holder
        record.durationSeconds = 15
        record.acquireTime = wallClock
        record.renewTime = Timestamp(microseconds: wallClock.microseconds + renewed)
        record.transitions = transitions
        return Lease(metadata: ObjectMeta(name: "l", namespace: "n", resourceVersion: version), spec: record)
    }

    private func leader(at now: MonotonicTime = .zero) -> LeaseElection {
        var election = LeaseElection(identity: "me", seed: 1)
        _ = election.handle(.started, at: now, wallClock: wallClock)
        _ = election.handle(.fetched(nil), at: now, wallClock: wallClock)
        let effects = election.handle(.written(lease("me")), at: now, wallClock: wallClock)
        #expect(effects == [.report(.leading(unbroken: false)), .startTimer(.seconds(2))])
        return election
    }

    @Test("an absent lease is created")
    func creates() {
        var election = LeaseElection(identity: "me", seed: 1)
        #expect(election.handle(.started, at: .zero, wallClock: wallClock) == [.fetch])
        let effects = election.handle(.fetched(nil), at: .zero, wallClock: wallClock)
        #expect(effects == [.create(lease("me").spec)])
    }

    @Test("a leader renews without reading first")
    func renews() {
        var election = leader()
        let effects = election.handle(.timerFired, at: time(2), wallClock: wallClock)
        #expect(effects == [.update(lease("me").spec, resourceVersion: "1"), .startTimer(.seconds(8))])
    }

    @Test("another's lease runs out by our clock since its last change, whatever its times say")
    func takesOver() {
        var election = LeaseElection(identity: "me", seed: 1)
        _ = election.handle(.started, at: .zero, wallClock: wallClock)
        let first = election.handle(.fetched(lease("other")), at: time(100), wallClock: wallClock)
        #expect(first.first == .report(.following(holder: "other")))
        _ = election.handle(.timerFired, at: time(105), wallClock: wallClock)
        _ = election.handle(.fetched(lease("other", version: "2", renewed: 5)), at: time(105), wallClock: wallClock)
        _ = election.handle(.timerFired, at: time(119.9), wallClock: wallClock)
        let valid = election.handle(
            .fetched(lease("other", version: "2", renewed: 5)), at: time(119.9), wallClock: wallClock)
        #expect(valid.count == 1)
        _ = election.handle(.timerFired, at: time(120), wallClock: wallClock)
        let over = election.handle(
            .fetched(lease("other", version: "3", renewed: 5)), at: time(120), wallClock: wallClock)
        #expect(over == [.update(lease("me", transitions: 1).spec, resourceVersion: "3")])
        let won = election.handle(.written(lease("me", version: "4")), at: time(120), wallClock: wallClock)
        #expect(won.first == .report(.leading(unbroken: false)))
    }

    @Test("a released lease is taken at once")
    func takesReleased() {
        var election = LeaseElection(identity: "me", seed: 1)
        _ = election.handle(.started, at: .zero, wallClock: wallClock)
        let effects = election.handle(.fetched(lease("", transitions: 4)), at: .zero, wallClock: wallClock)
        #expect(effects == [.update(lease("me", transitions: 5).spec, resourceVersion: "1")])
        let won = election.handle(.written(lease("me", version: "2")), at: .zero, wallClock: wallClock)
        #expect(won.first == .report(.leading(unbroken: false)), "it is not known who let go of it")
    }

    @Test("a restart under the same name leads on")
    func restarts() {
        var election = LeaseElection(identity: "me", seed: 1)
        _ = election.handle(.started, at: .zero, wallClock: wallClock)
        let effects = election.handle(.fetched(lease("me", transitions: 4)), at: .zero, wallClock: wallClock)
        #expect(effects == [.update(lease("me", transitions: 4).spec, resourceVersion: "1")])
        let won = election.handle(.written(lease("me", version: "2")), at: .zero, wallClock: wallClock)
        #expect(won.first == .report(.leading(unbroken: true)))
    }

    @Test("who loses the race for it follows")
    func losesRace() {
        var election = LeaseElection(identity: "me", seed: 1)
        _ = election.handle(.started, at: .zero, wallClock: wallClock)
        _ = election.handle(.fetched(nil), at: .zero, wallClock: wallClock)
        let effects = election.handle(.conflicted, at: .zero, wallClock: wallClock)
        guard case .startTimer(let wait)? = effects.first else {
            Issue.record("no timer")
            return
        }
        #expect((.seconds(2))...(.milliseconds(4400)) ~= wait)
    }

    @Test("a leader that cannot renew leads until the deadline, not longer")
    func losesByDeadline() {
        var election = leader()
        var now = 2.0
        while now < 10 {
            _ = election.handle(.timerFired, at: time(now), wallClock: wallClock)
            let effects = election.handle(.failed, at: time(now + 0.1), wallClock: wallClock)
            #expect(effects.count == 1)
            now += 2
        }
        let effects = election.handle(.timerFired, at: time(10), wallClock: wallClock)
        #expect(effects == [.report(.following(holder: "")), .fetch])
    }

    @Test("a renewal that hangs does not prolong anything")
    func hangs() {
        var election = leader()
        _ = election.handle(.timerFired, at: time(2), wallClock: wallClock)
        #expect(election.handle(.timerFired, at: time(10), wallClock: wallClock) == [.report(.following(holder: ""))])
        let late = election.handle(.written(lease("me", version: "2")), at: time(11), wallClock: wallClock)
        #expect(late == [.report(.leading(unbroken: false)), .startTimer(.seconds(1))])
    }

    @Test("a leader whose lease was written by another looks, and yields")
    func yields() {
        var election = leader()
        _ = election.handle(.timerFired, at: time(2), wallClock: wallClock)
        #expect(election.handle(.conflicted, at: time(2), wallClock: wallClock) == [.fetch, .startTimer(.seconds(8))])
        let effects = election.handle(.fetched(lease("other", version: "9")), at: time(2), wallClock: wallClock)
        #expect(effects.first == .report(.following(holder: "other")))
    }

    @Test("a leader that stops lets go first")
    func releases() {
        var election = leader()
        let effects = election.handle(.stopped, at: time(1), wallClock: wallClock)
        var record = lease("").spec
        record.durationSeconds = 1
        #expect(effects == [.report(.following(holder: "")), .update(record, resourceVersion: "1")])
        #expect(election.handle(.timerFired, at: time(2), wallClock: wallClock) == [])
        #expect(election.handle(.written(lease("")), at: time(2), wallClock: wallClock) == [.finished])
    }

    @Test("a stop in the middle of a renewal waits for its answer")
    func releasesAfterRenewal() {
        var election = leader()
        _ = election.handle(.timerFired, at: time(2), wallClock: wallClock)
        #expect(election.handle(.stopped, at: time(2), wallClock: wallClock) == [])
        let effects = election.handle(.written(lease("me", version: "7")), at: time(2), wallClock: wallClock)
        guard case .update(let record, "7")? = effects.last else {
            Issue.record("not released")
            return
        }
        #expect(record.holder == "")
        #expect(election.handle(.failed, at: time(3), wallClock: wallClock) == [.finished])
    }

    @Test("a follower that stops just ends")
    func followerStops() {
        var election = LeaseElection(identity: "me", seed: 1)
        _ = election.handle(.started, at: .zero, wallClock: wallClock)
        _ = election.handle(.fetched(lease("other")), at: .zero, wallClock: wallClock)
        #expect(election.handle(.stopped, at: .zero, wallClock: wallClock) == [.finished])
    }

    @Test("hostile durations do no harm", arguments: [Int32.min, -1, 0, .max])
    func hostileDuration(seconds: Int32) {
        var election = LeaseElection(identity: "me", seed: 1)
        var other = lease("other", transitions: .max)
        other.spec.durationSeconds = seconds
        _ = election.handle(.started, at: .zero, wallClock: wallClock)
        _ = election.handle(.fetched(other), at: .zero, wallClock: wallClock)
        _ = election.handle(.timerFired, at: time(3601), wallClock: wallClock)
        guard case .update? = election.handle(.fetched(other), at: time(3601), wallClock: wallClock).first else {
            Issue.record("not taken over")
            return
        }
    }

    @Test("timings with which two could lead are refused")
    func timings() throws {
        func check(_ lease: Duration, _ deadline: Duration, _ retry: Duration) throws {
            _ = try LeaseTiming(leaseDuration: lease, renewDeadline: deadline, retryPeriod: retry)
        }
        try check(.seconds(15), .seconds(10), .seconds(2))
        #expect(throws: LeaseTiming.Unsound.self) { try check(.seconds(10), .seconds(10), .seconds(2)) }
        #expect(throws: LeaseTiming.Unsound.self) { try check(.seconds(15), .seconds(2), .seconds(2)) }
        #expect(throws: LeaseTiming.Unsound.self) { try check(.seconds(15), .seconds(10), .zero) }
        #expect(throws: LeaseTiming.Unsound.self) { try check(.milliseconds(1500), .seconds(1), .milliseconds(100)) }
    }
}
