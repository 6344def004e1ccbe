import NetworkTypes
import Testing

@testable import Membership

@Suite("Who is alive")
struct LivenessTests {
    private func time(_ milliseconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: milliseconds * 1_000_000) }

    private func detector() -> FailureDetector { FailureDetector(settings: FailureDetector.Settings()) }

    @Test("a node is suspected after 75 ms of silence and dead after 150")
    func silence() {
        var detector = detector()
        #expect(detector.verdict(at: time(0)) == .dead)
        detector.heard(at: time(1_000), senderInterval: .milliseconds(50))
        #expect(detector.verdict(at: time(1_075)) == .alive)
        #expect(detector.verdict(at: time(1_076)) == .suspect)
        #expect(detector.expire(at: time(1_149)) == false)
        #expect(detector.expire(at: time(1_150)) == true)
        #expect(!detector.isAlive)
        #expect(detector.expire(at: time(1_151)) == false, "it dies once")
    }

    @Test("who sends less often is waited for longer")
    func slowSender() {
        var detector = detector()
        detector.heard(at: time(0), senderInterval: .milliseconds(200))
        #expect(detector.deadline == time(600))
        detector.heard(at: time(0), senderInterval: .milliseconds(1))
        #expect(detector.deadline == time(150))
    }

    @Test("the own pauses are excused up to twice the detection time")
    func excuses() {
        var detector = detector()
        detector.heard(at: time(0), senderInterval: .milliseconds(50))
        detector.excuse(.milliseconds(150), at: time(5_000))
        #expect(detector.deadline == time(5_150))
        detector.excuse(.milliseconds(150), at: time(5_100))
        detector.excuse(.milliseconds(150), at: time(5_200))
        #expect(detector.deadline == time(5_250))
    }

    @Test("each sequence number counts once, late ones within 128")
    func replays() {
        var window = ReplayWindow()
        #expect(window.admit(0) == false)
        #expect(window.admit(200) == true)
        #expect(window.admit(200) == false)
        #expect(window.admit(73) == true)
        #expect(window.admit(73) == false)
        #expect(window.admit(72) == false)
        #expect(window.admit(.max) == true)
        #expect(window.admit(200) == false)
        #expect(window.admit(.max - 127) == true)
        #expect(window.admit(.max - 128) == false)
    }

    @Test("a number is lost when it has left the window without having been seen")
    func losses() {
        var window = ReplayWindow()
        for number in 1_000..<1_100 as Range<UInt64> where number % 10 != 0 { _ = window.admit(number) }
        #expect(window.lost == 0, "all may still come")
        _ = window.admit(1_050)
        _ = window.admit(1_327)
        // The first that was seen is 1,001; 1,010 to 1,090 but 1,050 have not been, nor any from 1,100 to 1,199.
        #expect(window.lost == 8 + 100)
        #expect(window.received == 90 + 2)
        _ = window.admit(1_328)
        #expect(window.lost == 8 + 101)
        var far = ReplayWindow()
        _ = far.admit(1)
        _ = far.admit(.max)
        #expect(far.lost == .max - 129)
    }

    @Test("percentiles are of the latest 64 intervals")
    func percentiles() {
        var statistics = ArrivalStatistics()
        #expect(statistics.percentile(50) == nil)
        var now: Int64 = 0
        for gap in Array(repeating: Int64(900), count: 10) + Array(repeating: 50, count: 63) + [80] {
            statistics.arrived(at: time(now))
            now += gap
        }
        statistics.arrived(at: time(now))
        #expect(statistics.percentile(50) == .milliseconds(50))
        #expect(statistics.percentile(99) == .milliseconds(80))
    }
}
