import NetworkTypes
import Testing

@testable import AddressResolution

/// A driver on a virtual clock: wakes when the schedule says, a little late, and notes what it was told.
struct ScheduleRun {
    var schedule: AnnouncementSchedule
    var now = MonotonicTime.zero
    /// How late each wake is.
    var lateness = Duration.zero
    private(set) var sent: [(address: IPAddress, time: MonotonicTime)] = []

    init(_ settings: AnnouncementSchedule.Settings = .init()) {
        schedule = AnnouncementSchedule(settings: settings)
    }

    mutating func run(until end: MonotonicTime) {
        while let wake = schedule.nextWake, wake <= end {
            now = max(now, wake).advanced(by: lateness)
            let due = schedule.due(at: now)
            #expect(!due.isEmpty, "woken for nothing at \(now.nanoseconds)")
            sent += due.map { ($0, now) }
        }
        now = max(now, end)
    }

    func times(of address: IPAddress) -> [Int64] {
        sent.filter { $0.address == address }.map { $0.time.nanoseconds / 1_000_000 }
    }

    /// The time of the first announcement of each address.
    var firsts: [IPAddress: MonotonicTime] {
        Dictionary(sent.map { ($0.address, $0.time) }, uniquingKeysWith: { first, _ in first })
    }

    /// The most announcements in any span of this length that begins with one.
    func most(within span: Duration) -> Int {
        var most = 0
        var start = 0
        for end in sent.indices {
            while sent[start].time.duration(to: sent[end].time) > span { start += 1 }
            most = max(most, end - start + 1)
        }
        return most
    }
}

@Suite("When addresses are announced")
struct AnnouncementScheduleTests {
    @Test("one address: at once, six times more within 5 s, then once a minute at the same second")
    func oneAddress() {
        var run = ScheduleRun()
        run.schedule.start(vip4, at: .zero)
        run.run(until: milliseconds(200_000))
        let times = run.times(of: vip4)
        #expect(times.prefix(7) == [0, 50, 150, 500, 1_000, 2_000, 5_000])
        #expect(times.count >= 10)
        #expect(times[7] <= 65_000)
        #expect(zip(times.dropFirst(7), times.dropFirst(8)).allSatisfy { $1 - $0 == 60_000 })
    }

    @Test("without refresh nothing comes after the last repeat")
    func noRefresh() {
        var run = ScheduleRun(.init(refresh: nil))
        run.schedule.start(vip4, at: .zero)
        run.run(until: milliseconds(1_000_000))
        #expect(run.times(of: vip4).count == 7)
        #expect(run.schedule.nextWake == nil)
    }

    @Test("an address that is stopped is announced no more, in whatever round it was", arguments: [0, 1, 60, 6_000])
    func stops(time: Int64) {
        var run = ScheduleRun()
        run.schedule.start(vip4, at: .zero)
        if time > 0 { run.run(until: milliseconds(time)) }
        let before = run.sent.count
        run.schedule.stop(vip4)
        run.run(until: milliseconds(1_000_000))
        #expect(run.sent.count == before)
        #expect(run.schedule.nextWake == nil)
    }

    @Test("an address that is started again begins anew")
    func startsAgain() {
        var run = ScheduleRun()
        run.schedule.start(vip4, at: .zero)
        run.run(until: milliseconds(1_500))
        run.schedule.start(vip4, at: milliseconds(1_500))
        run.run(until: milliseconds(3_000))
        #expect(run.times(of: vip4) == [0, 50, 150, 500, 1_000, 1_500, 1_550, 1_650, 2_000, 2_500])
    }

    @Test(
        "1,000 addresses have their first announcement within 100 ms, and each round within a second",
        arguments: [Duration.zero, .microseconds(300), .milliseconds(1)])
    func thousand(lateness: Duration) {
        var run = ScheduleRun()
        run.lateness = lateness
        for address in addresses(1_000) { run.schedule.start(address, at: .zero) }
        run.run(until: milliseconds(10_000))
        #expect(run.firsts.count == 1_000)
        #expect(run.firsts.values.allSatisfy { $0 <= milliseconds(100) })
        for announcements in Dictionary(grouping: run.sent, by: \.address).values {
            let times = announcements.map { $0.time.nanoseconds / 1_000_000 }
            #expect(times.count == 7 || (times.count == 8 && times[7] > 5_000))
            for (time, offset) in zip(times, [0, 50, 150, 500, 1_000, 2_000, 5_000]) {
                #expect(Int(time) - offset <= 200)
            }
        }
    }

    @Test("10,000 addresses: every first announcement within a second, and the pace is kept")
    func tenThousand() {
        var run = ScheduleRun()
        for address in addresses(10_000) { run.schedule.start(address, at: .zero) }
        run.run(until: milliseconds(15_000))
        #expect(run.firsts.count == 10_000)
        #expect(run.firsts.values.allSatisfy { $0 <= milliseconds(1_000) })
        #expect(run.most(within: .seconds(1)) <= 12_600)
        #expect(run.most(within: .milliseconds(10)) <= 225)
        let counts = Dictionary(grouping: run.sent, by: \.address).values.map(\.count)
        #expect(counts.allSatisfy { $0 >= 4 })
    }

    @Test("first announcements go before the repeats of others")
    func firstsGoFirst() {
        var run = ScheduleRun()
        let all = addresses(5_000)
        for address in all.prefix(4_000) { run.schedule.start(address, at: .zero) }
        run.run(until: milliseconds(480))
        for address in all.suffix(1_000) { run.schedule.start(address, at: milliseconds(480)) }
        run.run(until: milliseconds(600))
        let firsts = run.firsts
        #expect(all.suffix(1_000).allSatisfy { (firsts[$0] ?? milliseconds(9_999)) <= milliseconds(580) })
    }

    @Test("refreshes of 1,000 addresses spread over the minute", arguments: [1_000, 10_000] as [UInt32])
    func refreshesSpread(count: UInt32) {
        var run = ScheduleRun()
        for address in addresses(count) { run.schedule.start(address, at: .zero) }
        run.run(until: milliseconds(20_000))
        let before = run.sent.count
        run.run(until: milliseconds(80_000))
        #expect(run.sent.count - before == Int(count))
        var perSecond = [Int](repeating: 0, count: 60)
        for (_, time) in run.sent.dropFirst(before) {
            perSecond[min(Int(time.nanoseconds / 1_000_000_000) - 20, 59)] += 1
        }
        #expect((perSecond.max() ?? 0) < Int(count) / 60 * 3)
    }

    @Test("after a freeze of 5 s each address is announced once and goes on, at the usual pace")
    func survivesFreeze() {
        var run = ScheduleRun(.init(refresh: nil))
        for address in addresses(1_000) { run.schedule.start(address, at: .zero) }
        run.run(until: milliseconds(120))
        let before = run.sent.count
        run.now = milliseconds(4_990)
        run.run(until: milliseconds(4_990))
        let after = milliseconds(4_990)
        var burst = run.schedule.due(at: after)
        #expect(burst.count <= Pace.standard.burst)
        while let wake = run.schedule.nextWake, wake < milliseconds(5_300) {
            burst += run.schedule.due(at: max(wake, after))
        }
        // One each for what was missed, and at most one for the round at 5 s.
        let counts = Dictionary(grouping: run.sent.dropFirst(before).map(\.address) + burst, by: \.self)
        #expect(counts.count == 1_000)
        #expect(counts.values.allSatisfy { $0.count <= 2 })
    }

    @Test("a call before the time, or with a clock that stands still, gives nothing twice")
    func earlyCalls() {
        var schedule = AnnouncementSchedule()
        schedule.start(vip4, at: milliseconds(10))
        #expect(schedule.due(at: milliseconds(9)).isEmpty)
        #expect(schedule.nextWake == milliseconds(10))
        #expect(schedule.due(at: milliseconds(10)) == [vip4])
        #expect(schedule.due(at: milliseconds(10)).isEmpty)
        #expect(schedule.due(at: .zero).isEmpty)
    }

    @Test("clocks at the ends of what can be counted do no harm", arguments: [Int64.min, -1, Int64.max])
    func extremeClocks(nanoseconds: Int64) {
        var schedule = AnnouncementSchedule(settings: .init(repeats: [.seconds(-1)], refresh: .zero))
        let now = MonotonicTime(nanoseconds: nanoseconds)
        schedule.start(vip6, at: now)
        #expect(schedule.due(at: now) == [vip6])
        _ = schedule.nextWake
        _ = schedule.due(at: .zero)
        _ = schedule.due(at: MonotonicTime(nanoseconds: .max))
    }

    @Test("any settings of pace are brought into range", arguments: [Int.min, 0, 1, Int.max])
    func extremePaces(value: Int) {
        var schedule = AnnouncementSchedule(settings: .init(pace: Pace(perSecond: value, burst: value)))
        for address in addresses(10) { schedule.start(address, at: .zero) }
        #expect(schedule.due(at: .zero).count >= 2)
    }
}
