import NetworkTypes
import Testing

@testable import ARPMode
@testable import Membership

/// Datagrams of format 2 as herald 0.1 sends them, sealed with HMAC-SHA256 by another program: whatever is released
/// under this format number has to read them.
@Suite("Heartbeats of format 2")
struct HeartbeatFormatTests {
    static let key = "a key of sixteen octets or more"

    static let datagrams = [
        // The sender "a" tells that it lives.
        "484202fc0000000700000000320300000000000000aa000000000000000100000000000000070000000300000000000000000000"
            + "00000000beef01617677451bb72de4ed385b58128e1316ff",
        // It listens and hands over, asks, does not hear two and is not heard by one, and corrects an incarnation.
        "484202fc0000000700150300320300000000000000aa000000000000000100000000000000070000000300000000000000000000"
            + "00000000beef016182010000000000000001000000000000000200000000000000030000000000000004000000000000000542ae"
            + "2821ee6814939e2e850348ec8cc5",
        // It answers, inquires, and relays what another said.
        "484202fc00000007006c0000320300000000000000aa000000000000000100000000000000070000000300000000000000000000"
            + "00000000beef016100000000000000000009000000000000000a000000000000000b000000000000000100000000000000020000"
            + "000302ffff0000000000000004000000000000000500000000000000060000000701b56eef988081a08b323b6bfd2d36316c",
        // It carries a part of its state.
        "484202fc0000000700800000320300000000000000aa000000000000000100000000000000070000000300000000000000000000"
            + "00000000beef01610000000300010002000301020323bc8f3a66a4bb2e36eca2a57b7e8977",
        // It asks for records and carries a part of its own.
        "484202fc0000000701020000320300000000000000aa000000000000000100000000000000070000000300000009000000000000"
            + "000c0000beef01610000000900000001000107a5681d405a8ceb9c14ee8319dc40f992",
    ]

    /// One of format 1, which builds from before the first release spoke.
    static let earlier =
        "484201fc000000070000003200000000000000aa00000000000000010000000000000007000000030000beef0161d729a89881b7cb0e"
        + "96361de5c2680e71"

    private func envelope() throws -> Envelope {
        let keys = SharedKeys()
        try keys.take(Array(Self.key.utf8), from: "key")
        return Envelope(cluster: 7, seal: keys)
    }

    private func octets(_ text: String) -> [UInt8] {
        let digits = text.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test("are read, and sent the same, octet for octet", arguments: datagrams)
    func read(_ text: String) throws {
        let envelope = try envelope()
        let datagram = octets(text)
        let heartbeat = try envelope.open(datagram[...])
        #expect(heartbeat.sender == "a" && heartbeat.incarnation == 0xAA && heartbeat.stateVersion == 3)
        #expect(envelope.close(heartbeat) == datagram)
        #expect(HeartbeatFormat.version == 2 && HeartbeatFormat.foreignVersion(of: datagram[...]) == nil)
    }

    @Test("of another number are refused for that reason alone, whatever follows", arguments: datagrams)
    func refused(_ text: String) throws {
        var datagram = octets(text)
        datagram[2] = 3
        #expect(throws: Rejection.otherVersion) { try envelope().open(datagram[...]) }
        #expect(HeartbeatFormat.foreignVersion(of: datagram[...]) == 3)
    }

    @Test("of format 1 are told from damage")
    func earlier() {
        let datagram = octets(Self.earlier)
        #expect(throws: Rejection.otherVersion) { try envelope().open(datagram[...]) }
        #expect(HeartbeatFormat.foreignVersion(of: datagram[...]) == 1)
    }
}
