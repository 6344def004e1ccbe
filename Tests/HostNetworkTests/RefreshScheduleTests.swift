import Netlink
import NetworkTypes
import Testing

@testable import HostNetwork

@Suite("Refresh schedule")
struct RefreshScheduleTests {
    @Test(
        "the period and the lifetime grow with the number of addresses, in the same proportion",
        arguments: [
            (1, 2, 5), (200, 2, 5), (250, 2.5, 7), (400, 4, 10), (1000, 10, 25), (10_000, 100, 250),
        ])
    func proportion(count: Int, period: Double, lifetime: Int64) {
        var schedule = RefreshSchedule(settings: .init())
        for number in 0..<count { schedule.put(.test(number), at: .zero, lifetime: .seconds(60)) }
        #expect(schedule.period == .milliseconds(Int64(period * 1000)))
        #expect(schedule.lifetime(of: count) == .seconds(lifetime))
    }

    @Test("settings are moved into their range, and the lifetime leaves room for a late slice")
    func extremes() {
        let least = AddressKeeper.Settings(lifetime: .zero, refresh: .seconds(-1))
        #expect(least.lifetime == .seconds(1) && least.refresh == .milliseconds(100))
        #expect(RefreshSchedule(settings: least).lifetime(of: 1) == .seconds(3))
        let most = AddressKeeper.Settings(lifetime: .seconds(Int64.max), refresh: .seconds(Int64.max))
        #expect(RefreshSchedule(settings: most).lifetime(of: 1) == .seconds(3600))
        #expect(RefreshSchedule(settings: most).lifetime(of: .max) == .seconds(12000))
    }

    @Test("nothing to keep is nothing to do")
    func empty() {
        var schedule = RefreshSchedule(settings: .init())
        #expect(schedule.nextSlice == nil)
        #expect(schedule.slice(at: .seconds(5)) == .init())
        schedule.put(.test(1), at: .seconds(5), lifetime: .seconds(5))
        schedule.remove(.test(1))
        #expect(schedule.nextSlice == nil && schedule.count == 0)
    }

    @Test("one address is refreshed once in a period, and nothing happens in between")
    func single() {
        var bench = ScheduleBench(seed: 1)
        bench.add(1)
        bench.run(for: .seconds(21))
        #expect(bench.refreshes.count == 10)
        #expect(bench.slices == 10)
    }

    @Test("1,000 addresses that came at once are spread evenly: 20 in each fifth of a second")
    func even() {
        var bench = ScheduleBench(seed: 1)
        bench.add(1000)
        bench.run(for: .seconds(30))
        #expect(bench.largestSlice <= 21)
        #expect((2970...3000).contains(bench.refreshes.count))
        #expect(bench.mostInOneSecond <= 120)
        #expect(bench.faults == [])
    }

    @Test(
        "whatever comes and goes, and with slices late by up to a second, none expires and the rate holds",
        arguments: 0..<40 as Range<UInt64>)
    func properties(seed: UInt64) {
        var bench = ScheduleBench(seed: seed)
        for _ in 0..<30 { bench.step() }
        #expect(bench.faults == [])
        #expect(bench.mostInOneSecond <= 220, "100 each second, and a late second made up for")
        #expect(bench.schedule.count == bench.kernel.count)
    }

    @Test("after a freeze of more than the lifetime all are expired, and none is refreshed")
    func freeze() {
        var bench = ScheduleBench(seed: 3)
        bench.add(500)
        bench.run(for: .seconds(8))
        let slice = bench.schedule.slice(at: bench.now.advanced(by: .seconds(60)))
        #expect(slice.due == [] && Set(slice.expired) == Set(bench.kernel.keys))
        #expect(bench.schedule.count == 0 && bench.schedule.nextSlice == nil)
    }

    @Test("what could not be refreshed stays in front, and is not asked for without a pause")
    func failing() throws {
        var schedule = RefreshSchedule(settings: .init())
        for number in 0..<10 { schedule.put(.test(number), at: .zero, lifetime: .seconds(5)) }
        var now = try #require(schedule.nextSlice)
        let first = schedule.slice(at: now)
        #expect(first.due == [.test(0)])
        for _ in 0..<20 {
            let next = try #require(schedule.nextSlice)
            #expect(now.duration(to: next) >= RefreshSchedule.tick)
            now = next
            #expect(schedule.slice(at: now).due.first == .test(0))
        }
        #expect(schedule.slice(at: .seconds(6)).expired.count == 10)
    }

    @Test("longer settings do not let those expire that were set before")
    func reconfigured() {
        var bench = ScheduleBench(seed: 4)
        bench.add(1000)
        bench.run(for: .seconds(3))
        bench.remove(950)
        bench.run(for: .milliseconds(300))
        bench.schedule.configure(.init(lifetime: .seconds(3000), refresh: .seconds(600)))
        bench.run(for: .seconds(100))
        #expect(bench.faults == [])
        #expect(bench.kernel.count == 50)
    }
}

/// A schedule with a kernel of its own that takes addresses away when their lifetime is over.
private struct ScheduleBench {
    var schedule = RefreshSchedule(settings: .init())
    var kernel: [AddressKey: MonotonicTime] = [:]
    var now = MonotonicTime.zero
    var refreshes: [MonotonicTime] = []
    var slices = 0
    var largestSlice = 0
    var faults: [String] = []
    private var random: SeededGenerator
    private var next = 0
    private var isLate = false

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func add(_ count: Int) {
        let lifetime = schedule.lifetime(of: schedule.count + count)
        for _ in 0..<count {
            next += 1
            put(.test(next), lifetime)
        }
    }

    mutating func remove(_ count: Int) {
        for key in kernel.keys.sorted(by: { $0.address < $1.address }).shuffled(using: &random).prefix(count) {
            kernel[key] = nil
            schedule.remove(key)
        }
    }

    /// Something happens, then time goes by.
    mutating func step() {
        isLate = Bool.random(using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: add(1)
        case 1: add(Int.random(in: 1...600, using: &random))
        case 2: remove(1)
        case 3: remove(Int.random(in: 0...max(kernel.count, 1), using: &random))
        case 4:
            // Kept once more: adopted.
            for key in kernel.keys.sorted(by: { $0.address < $1.address }).prefix(5) {
                put(key, schedule.lifetime(of: schedule.count))
            }
        default: break
        }
        run(for: .milliseconds(Int.random(in: 0...5000, using: &random)))
    }

    mutating func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        while let due = schedule.nextSlice, due < end {
            let lateness = isLate && Int.random(in: 0..<5, using: &random) == 0 ? 1000 : 0
            now = max(now, due).advanced(by: .milliseconds(lateness))
            take(schedule.slice(at: now))
        }
        now = max(now, end)
    }

    private mutating func take(_ slice: RefreshSchedule.Slice) {
        slices += 1
        largestSlice = max(largestSlice, slice.due.count)
        if !slice.expired.isEmpty { faults.append("\(slice.expired.count) expired at \(now)") }
        for key in slice.due {
            guard let validUntil = kernel[key], validUntil > now else {
                faults.append("\(key) was gone at \(now)")
                continue
            }
            refreshes.append(now)
            put(key, schedule.lifetime(of: schedule.count))
        }
    }

    private mutating func put(_ key: AddressKey, _ lifetime: Duration) {
        kernel[key] = now.advanced(by: lifetime)
        schedule.put(key, at: now, lifetime: lifetime)
    }

    var mostInOneSecond: Int {
        var most = 0
        var start = 0
        for (end, time) in refreshes.enumerated() {
            while refreshes[start].duration(to: time) >= .seconds(1) { start += 1 }
            most = max(most, end - start + 1)
        }
        return most
    }
}

extension AddressKey {
    /// Addresses of 198.18.0.0/15 on link 1.
    static func test(_ number: Int, on link: LinkIndex = LinkIndex(1)) -> AddressKey {
        AddressKey(link: link, address: IPAddress(ipv4: 0xC612_0000 + UInt32(number)))
    }
}

extension MonotonicTime {
    fileprivate static func seconds(_ seconds: Int) -> MonotonicTime { zero.advanced(by: .seconds(seconds)) }
}
