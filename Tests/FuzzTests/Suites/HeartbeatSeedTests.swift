import NetworkTypes
import Testing

@testable import Membership

@Suite("Heartbeats that fuzzing begins with")
struct HeartbeatSeedTests {
    @Test("most are taken, and they have all that a heartbeat can have")
    func contents() throws {
        let envelope = Envelope(cluster: 0, seal: OpenSeal())
        var taken: [Heartbeat] = []
        var refused: [Heartbeat] = []
        for moment in HeartbeatSeeds.moments {
            let heartbeat = try envelope.open(moment.datagram[...])
            var member = moment.member
            _ = member.handle(.received(moment.datagram[...]), at: moment.time)
            if member.lastSender == heartbeat.sender { taken.append(heartbeat) } else { refused.append(heartbeat) }
        }
        #expect(taken.count > refused.count)
        #expect(taken.contains { $0.answer != nil })
        #expect(taken.contains { $0.asks })
        #expect(taken.contains { $0.asksRecords })
        #expect(taken.contains { $0.inquiry != nil })
        #expect(taken.contains { $0.relay != nil && $0.part == nil })
        #expect(taken.contains { $0.relay != nil && $0.part != nil })
        #expect(taken.contains { $0.relay == nil && $0.part.map { $0.index > 0 } == true })
        #expect(taken.contains { $0.recordsPart.map { $0.index > 0 } == true })
        #expect(taken.contains { $0.standing.contains(.leaving) })
        #expect(refused.contains { $0.correction != nil })
    }

    @Test("states and records are read to their end")
    func wholes() throws {
        for octets in HeartbeatSeeds.states {
            var reader = ByteReader(octets)
            let whole = try NodeState(from: &reader)
            #expect(whole != nil)
            #expect(reader.isAtEnd)
        }
        for octets in HeartbeatSeeds.records {
            var reader = ByteReader(octets)
            let whole = try NodeRecords(from: &reader)
            #expect(whole != nil)
            #expect(reader.isAtEnd)
        }
    }
}
