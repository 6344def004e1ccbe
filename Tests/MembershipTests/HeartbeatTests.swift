import NetworkTypes
import Testing

@testable import Membership

@Suite("Heartbeats on the wire")
struct HeartbeatTests {
    /// Each value and its octets, in both directions.
    static let vectors: [(Heartbeat, String)] = [
        (
            plain,
            "0000 00 0032 03 00000000000000AA 0000000000000001 0000000000000007 00000003 00000000 0000000000000000 0000BEEF 01 61"
        ),
        (
            asking,
            "0015 03 0032 03 00000000000000AA 0000000000000001 0000000000000007 00000003 00000000 0000000000000000 0000BEEF 01 61"
                + "82 01 0000000000000001 0000000000000002 0000000000000003 0000000000000004 0000000000000005"
        ),
        (
            answering,
            "006C 00 0032 03 00000000000000AA 0000000000000001 0000000000000007 00000003 00000000 0000000000000000 0000BEEF 01 61"
                + "00 00 0000000000000009 000000000000000A 000000000000000B"
                + "0000000000000001 0000000000000002 00000003 02 FFFF"
                + "0000000000000004 0000000000000005 0000000000000006 00000007 01"
        ),
        (
            carrying,
            "0080 00 0032 03 00000000000000AA 0000000000000001 0000000000000007 00000003 00000000 0000000000000000 0000BEEF 01 61"
                + "00000003 0001 0002 0003 010203"
        ),
        (
            recording,
            "0102 00 0032 03 00000000000000AA 0000000000000001 0000000000000007 00000003 00000009 000000000000000C"
                + "0000BEEF 01 61 00000009 0000 0001 0001 07"
        ),
    ]

    private static let plain = Heartbeat(
        sender: "a", incarnation: 0xAA, sequence: 1, interval: 50, missed: 3, standing: [], clock: 7, stateVersion: 3,
        rosterDigest: 0xBEEF)

    private static var asking: Heartbeat {
        var heartbeat = plain
        heartbeat.standing = [.settling, .draining]
        heartbeat.asks = true
        heartbeat.hearing = Hearing(
            silent: [NodeID(number: 1), NodeID(number: 2)], deaf: [NodeID(number: 3)], isCut: true)
        heartbeat.correction = Heartbeat.Correction(node: NodeID(number: 4), incarnation: 5)
        return heartbeat
    }

    private static var answering: Heartbeat {
        var heartbeat = plain
        heartbeat.hearing = Hearing()
        heartbeat.answer = Heartbeat.Answer(asker: NodeID(number: 9), incarnation: 10, sequence: 11)
        heartbeat.inquiry = Inquiry(
            node: NodeID(number: 1), incarnation: 2, version: 3, standing: .draining, firstMissing: .max)
        heartbeat.relay = Relay(node: NodeID(number: 4), incarnation: 5, sequence: 6, version: 7, standing: .settling)
        return heartbeat
    }

    private static var carrying: Heartbeat {
        var heartbeat = plain
        heartbeat.part = StatePart(version: 3, index: 1, count: 2, bytes: [1, 2, 3])
        return heartbeat
    }

    private static var recording: Heartbeat {
        var heartbeat = plain
        heartbeat.asksRecords = true
        heartbeat.recordsVersion = 9
        heartbeat.term = 12
        heartbeat.recordsPart = StatePart(version: 9, index: 0, count: 1, bytes: [7])
        return heartbeat
    }

    @Test("a heartbeat is its octets, and they are it", arguments: vectors)
    func golden(heartbeat: Heartbeat, hexadecimal: String) throws {
        let octets = try #require(bytes(hexadecimal))
        var writer = ByteWriter()
        heartbeat.encode(into: &writer)
        #expect(writer.bytes == octets)
        var reader = ByteReader(octets)
        #expect(try Heartbeat(from: &reader) == heartbeat)
        #expect(reader.isAtEnd)
    }

    @Test("no part of a heartbeat is a heartbeat", arguments: vectors)
    func truncations(heartbeat: Heartbeat, hexadecimal: String) throws {
        let octets = try #require(bytes(hexadecimal))
        for length in octets.indices {
            var reader = ByteReader(octets[..<length])
            #expect(throws: ByteReader.Truncated.self) { try Heartbeat(from: &reader) }
        }
    }

    @Test("no run of a node has the number 0")
    func noRun() throws {
        var heartbeat = Self.plain
        heartbeat.incarnation = 0
        var writer = ByteWriter()
        heartbeat.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try Heartbeat(from: &reader) == nil)
    }

    @Test("a sealed heartbeat begins with HB, version, key and cluster, and ends with the seal")
    func envelope() throws {
        let envelope = Envelope(cluster: 0x0102_0304, seal: TestSeal())
        let datagram = try #require(envelope.close(Self.plain))
        #expect(datagram.prefix(8).elementsEqual([0x48, 0x42, 2, 1, 1, 2, 3, 4]))
        #expect(datagram.count == 8 + 52 + 16)
        #expect(try envelope.open(datagram[...]) == Self.plain)
    }

    @Test("whatever is changed or cut is rejected, with the reason")
    func rejections() throws {
        let envelope = Envelope(cluster: 7, seal: TestSeal())
        let datagram = try #require(envelope.close(Self.asking))
        func reason(_ change: (inout [UInt8]) -> Void) -> Rejection? {
            var changed = datagram
            change(&changed)
            do throws(Rejection) { _ = try envelope.open(changed[...]) } catch { return error }
            return nil
        }
        let cases: [(change: (inout [UInt8]) -> Void, reason: Rejection)] = [
            ({ $0[0] = 0 }, .malformed), ({ $0[2] = 1 }, .otherVersion), ({ $0[2] = 3 }, .otherVersion),
            ({ $0[3] = 9 }, .unknownKey),
            ({ $0[7] = 8 }, .otherCluster), ({ $0[20] ^= 1 }, .badSeal), ({ $0[$0.count - 1] ^= 1 }, .badSeal),
            ({ $0 += [UInt8](repeating: 0, count: 1_400) }, .malformed),
        ]
        for (change, expected) in cases { #expect(reason(change) == expected) }
        for length in datagram.indices {
            let found = reason { $0 = Array($0.prefix(length)) }
            #expect(found != nil)
        }
    }

    @Test("two keys are valid while they change")
    func rotation() throws {
        let both: [UInt8: UInt64] = [1: 0x5EED, 2: 0xFEED]
        let old = Envelope(cluster: 7, seal: TestSeal(sealingKey: 1, keys: both))
        let new = Envelope(cluster: 7, seal: TestSeal(sealingKey: 2, keys: both))
        #expect(try old.open(try #require(new.close(Self.plain))[...]) == Self.plain)
        #expect(try new.open(try #require(old.close(Self.plain))[...]) == Self.plain)
    }

    @Test("the longest heartbeats fit a datagram")
    func bounds() throws {
        let envelope = Envelope(cluster: 7, seal: TestSeal())
        var heartbeat = Self.answering
        heartbeat.sender = NodeName(String(repeating: "n", count: 253))
        heartbeat.correction = Heartbeat.Correction(node: NodeID(number: 4), incarnation: 5)
        heartbeat.hearing = Hearing(silent: (0..<200).map { NodeID(number: $0) })
        #expect(try #require(envelope.close(heartbeat)).count <= Envelope.maximumLength)
        heartbeat = Self.carrying
        heartbeat.sender = NodeName(String(repeating: "n", count: 253))
        heartbeat.relay = Self.answering.relay
        heartbeat.part?.bytes = [UInt8](repeating: 0, count: StatePart.maximumLength)
        #expect(try #require(envelope.close(heartbeat)).count <= Envelope.maximumLength)
    }

    @Test("random octets never trap", arguments: 0..<10 as Range<UInt64>)
    func randomOctets(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_000 {
            let length = Int.random(in: 0...200, using: &random)
            var octets = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            if length > 0, Bool.random(using: &random) { octets[0] = 0 }
            var reader = ByteReader(octets)
            _ = try? Heartbeat(from: &reader)
            reader = ByteReader(octets)
            _ = try? NodeState(from: &reader)
            reader = ByteReader(octets)
            _ = try? NodeRecords(from: &reader)
        }
    }
}

/// The octets that the digits say, spaces left out; nil for anything else.
func bytes(_ hexadecimal: String) -> [UInt8]? {
    let digits = hexadecimal.filter { $0 != " " }.compactMap(\.hexDigitValue)
    guard digits.count % 2 == 0 else { return nil }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
}
