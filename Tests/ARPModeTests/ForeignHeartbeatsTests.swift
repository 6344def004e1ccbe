import NetworkTypes
import Testing

@testable import ARPMode

@Suite("Heartbeats of another format")
struct ForeignHeartbeatsTests {
    private let host = IPAddress(ipv4: 0x0A00_0003)
    private let start = MonotonicTime(nanoseconds: 0)

    private func at(_ seconds: Int) -> MonotonicTime { start.advanced(by: .seconds(seconds)) }

    @Test("the first from a host is told, with the host, both formats and the cure, and stays until it is over")
    func told() throws {
        var heartbeats = ForeignHeartbeats()
        let datagram: [UInt8] = [0x48, 0x42, 1, 1, 0, 0]
        let first = heartbeats.note(datagram[...], from: host, at: start)
        let sentence = try #require(first)
        for part in ["10.0.0.3 (format 1)", "speaks format 2", "bring all nodes to one version"] {
            #expect(sentence.contains(part))
        }
        #expect(heartbeats.note(datagram[...], from: host, at: at(20)) == nil)
        #expect(heartbeats.sentence(at: at(49)) == sentence)
        #expect(heartbeats.sentence(at: at(51)) == nil)
        #expect(heartbeats.note(datagram[...], from: host, at: at(60)) == sentence)
    }

    @Test("a host that was brought to our version is no trouble any more")
    func mended() {
        var heartbeats = ForeignHeartbeats()
        _ = heartbeats.note([0x48, 0x42, 9, 1], from: host, at: start)
        #expect(heartbeats.note([0x48, 0x42, 2, 1], from: host, at: at(1)) == nil)
        #expect(heartbeats.sentence(at: at(1)) == nil)
    }

    @Test("what is no heartbeat says nothing", arguments: [[], [0x48], [0x48, 0x42], [0, 0, 2], [0x42, 0x48, 2]])
    func noise(_ datagram: [UInt8]) {
        var heartbeats = ForeignHeartbeats()
        #expect(heartbeats.note(datagram[...], from: host, at: start) == nil)
        #expect(heartbeats.sentence(at: start) == nil)
    }

    @Test("no flood of forged senders takes more room than for sixteen")
    func bounded() {
        var heartbeats = ForeignHeartbeats()
        var told = 0
        for number in 0..<1000 {
            let forged = IPAddress(ipv4: 0x0A01_0000 + UInt32(number))
            if heartbeats.note([0x48, 0x42, 1], from: forged, at: start) != nil { told += 1 }
        }
        #expect(told == ForeignHeartbeats.limit)
    }
}
