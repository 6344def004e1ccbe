import BFD
import NetworkTypes
import Testing

@Suite("The BFD control packet")
struct ControlPacketTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let name: String
        let hex: String
        let packet: ControlPacket
        var octets: [UInt8] { [UInt8](hex: hex) }
        var testDescription: String { name }
    }

    static func discriminator(_ number: UInt32) -> Discriminator {
        Discriminator(max(number, 1)) ?? discriminator(1)
    }

    /// Made with scapy 2.6's BFD layer.
    static let vectors: [Vector] = [
        Vector(
            name: "up", hex: "20c00318 11111111 22222222 0000c350 0000c350 00000000",
            packet: ControlPacket(
                diagnostic: .none, state: .up, multiplier: 3, myDiscriminator: discriminator(0x1111_1111),
                yourDiscriminator: discriminator(0x2222_2222), desiredMinimumTransmit: 50_000,
                requiredMinimumReceive: 50_000)),
        Vector(
            name: "the first one", hex: "20400518 deadbeef 00000000 000f4240 00002710 00000000",
            packet: ControlPacket(
                diagnostic: .none, state: .down, multiplier: 5, myDiscriminator: discriminator(0xDEAD_BEEF),
                yourDiscriminator: nil, desiredMinimumTransmit: 1_000_000, requiredMinimumReceive: 10_000)),
        Vector(
            name: "poll", hex: "21e00318 00000001 00000002 0000c350 000493e0 0000c350",
            packet: ControlPacket(
                diagnostic: .detectionTimeExpired, state: .up, isPoll: true, multiplier: 3,
                myDiscriminator: discriminator(1), yourDiscriminator: discriminator(2),
                desiredMinimumTransmit: 50_000, requiredMinimumReceive: 300_000, requiredMinimumEchoReceive: 50_000)),
        Vector(
            name: "final, demand, independent", hex: "23da0118 00000001 00000002 0000c350 00000000 00000000",
            packet: ControlPacket(
                diagnostic: .neighborSignaledDown, state: .up, isFinal: true, isControlPlaneIndependent: true,
                isDemand: true, multiplier: 1, myDiscriminator: discriminator(1),
                yourDiscriminator: discriminator(2), desiredMinimumTransmit: 50_000, requiredMinimumReceive: 0)),
        Vector(
            name: "switched off", hex: "27000318 00000009 00000000 000f4240 000f4240 00000000",
            packet: ControlPacket(
                diagnostic: .administrativelyDown, state: .adminDown, multiplier: 3,
                myDiscriminator: discriminator(9), yourDiscriminator: nil, desiredMinimumTransmit: 1_000_000,
                requiredMinimumReceive: 1_000_000)),
        Vector(
            name: "initializing", hex: "20800318 00000009 00000008 000f4240 000f4240 00000000",
            packet: ControlPacket(
                diagnostic: .none, state: .initializing, multiplier: 3, myDiscriminator: discriminator(9),
                yourDiscriminator: discriminator(8), desiredMinimumTransmit: 1_000_000,
                requiredMinimumReceive: 1_000_000)),
    ]

    @Test("reads and writes what others do", arguments: vectors)
    func golden(vector: Vector) throws {
        #expect(try ControlPacket(payload: vector.octets) == vector.packet)
        #expect(vector.packet.octets == vector.octets)
        #expect(try ControlPacket(payload: vector.octets + [1, 2, 3]) == vector.packet)
    }

    @Test("a packet cut off anywhere is dropped", arguments: vectors)
    func truncations(vector: Vector) {
        for count in 0..<vector.octets.count {
            #expect(Self.rejection(Array(vector.octets.prefix(count))) == .wrongLength)
        }
    }

    @Test(
        "RFC 5880 section 6.8.6 drops",
        arguments: [
            ("40c00318 00000001 00000002 0000c350 0000c350 00000000", .wrongVersion),
            ("00c00318 00000001 00000002 0000c350 0000c350 00000000", .wrongVersion),
            ("20c00317 00000001 00000002 0000c350 0000c350 00000000", .wrongLength),
            ("20c00319 00000001 00000002 0000c350 0000c350 00000000", .wrongLength),
            ("20c00018 00000001 00000002 0000c350 0000c350 00000000", .zeroMultiplier),
            ("20c10318 00000001 00000002 0000c350 0000c350 00000000", .multipoint),
            ("20c40318 00000001 00000002 0000c350 0000c350 00000000", .authenticationNotConfigured),
            ("20c00318 00000000 00000002 0000c350 0000c350 00000000", .zeroMyDiscriminator),
            ("20c00318 00000001 00000000 0000c350 0000c350 00000000", .zeroYourDiscriminator),
            ("20800318 00000001 00000000 0000c350 0000c350 00000000", .zeroYourDiscriminator),
        ] as [(String, ControlPacket.Rejection)])
    func rejections(hex: String, expected: ControlPacket.Rejection) {
        #expect(Self.rejection([UInt8](hex: hex)) == expected)
    }

    @Test("any octets end in a packet or in being dropped", arguments: 0..<20 as Range<UInt64>)
    func anything(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<5_000 {
            var octets = Self.vectors[Int.random(in: 0..<Self.vectors.count, using: &random)].octets
            for _ in 0..<Int.random(in: 0...6, using: &random) {
                octets[Int.random(in: 0..<octets.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            octets = Array(octets.prefix(Int.random(in: 0...40, using: &random)))
            guard let packet = try? ControlPacket(payload: octets) else { continue }
            #expect(try ControlPacket(payload: packet.octets) == packet)
        }
    }

    @Test("a rule decides by the TTL")
    func reception() {
        #expect(ReceptionRule.singleHop.accepts(ttl: 255))
        #expect(!ReceptionRule.singleHop.accepts(ttl: 254))
        #expect(ReceptionRule.multihop(minimumTTL: 250).accepts(ttl: 250))
        #expect(!ReceptionRule.multihop(minimumTTL: 250).accepts(ttl: 249))
        #expect(ReceptionRule.multihop(minimumTTL: 0).accepts(ttl: 0))
        #expect(ReceptionRule.singleHop.port == 3784)
        #expect(ReceptionRule.multihop(minimumTTL: 0).port == 4784)
    }

    static func rejection(_ octets: [UInt8]) -> ControlPacket.Rejection? {
        do throws(ControlPacket.Rejection) {
            _ = try ControlPacket(payload: octets)
            return nil
        } catch {
            return error
        }
    }
}

extension [UInt8] {
    /// Octets of hexadecimal digits; blanks between them are for the reader.
    init(hex text: String) {
        let digits = text.utf8.compactMap { Character(Unicode.Scalar($0)).hexDigitValue }
        self = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }
}
