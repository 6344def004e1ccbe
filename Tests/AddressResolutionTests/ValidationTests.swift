import NetworkTypes
import Testing

@testable import AddressResolution

@Suite("What is refused, and why")
struct ValidationTests {
    @Test(
        "an ARP packet is refused for the field that is wrong",
        arguments: [
            (14, [0, 6], ARPError.hardwareType(6)),
            (16, [0x86, 0xDD], .protocolType(0x86DD)),
            (18, [8], .hardwareLength(8)),
            (19, [16], .protocolLength(16)),
            (20, [0, 3], .operation(3)),
            (20, [0, 0], .operation(0)),
            (22, [1, 0, 0x5E, 0, 0, 1], .impossibleSender(MACAddress(number: 0x0100_5E00_0001))),
            (22, [0, 0, 0, 0, 0, 0], .impossibleSender(.zero)),
        ] as [(Int, [UInt8], ARPError)])
    func arpFields(offset: Int, octets: [UInt8], error: ARPError) throws {
        var bytes = try #require(ARPPacket.gratuitousRequest(for: vip4, at: theirs)?.frame(to: .broadcast))
        bytes.replaceSubrange(offset..<offset + octets.count, with: octets)
        #expect(refusal(of: bytes) == .arp(error))
    }

    @Test("a VLAN tag is refused, as are other protocols and impossible sources", arguments: [0x8100, 0x88A8, 0x9100])
    func ethernetFields(tag: UInt16) throws {
        var bytes = try #require(ARPPacket.gratuitousRequest(for: vip4, at: theirs)?.frame(to: .broadcast))
        bytes.replaceSubrange(12..<12, with: [UInt8(tag >> 8), UInt8(tag & 0xFF), 0, 7])
        #expect(refusal(of: bytes) == .vlanTagged(EtherType(rawValue: tag)))
        bytes.replaceSubrange(12..<16, with: [0x08, 0x00])
        #expect(refusal(of: bytes) == .otherProtocol(EtherType(rawValue: 0x0800)))
        bytes.replaceSubrange(6..<12, with: [UInt8](repeating: 0xFF, count: 6))
        #expect(refusal(of: bytes) == .impossibleSource(.broadcast))
    }

    static let group = IPAddress(ipv6: 0xFF02 << 112 | 5)
    static let unspecified = IPAddress(ipv6: 0)
    static let solicitedNode = IPAddress(ipv6: 0xFF02 << 112 | 0x1_FF0A_0010)

    /// One row for each rule of RFC 4861 sections 7.1.1 and 7.1.2.
    static let rules: [(frame: [UInt8], error: NeighborError)] = [
        (neighborFrame(hopLimit: 254, message: neighborMessage(type: 135)), .hopLimit(254)),
        (neighborFrame(hopLimit: 64, message: neighborMessage(type: 136)), .hopLimit(64)),
        (neighborFrame(message: neighborMessage(type: 135), fixChecksum: false), .checksum),
        (neighborFrame(message: neighborMessage(type: 135, code: 1)), .code(1)),
        (neighborFrame(message: neighborMessage(type: 136, code: 9)), .code(9)),
        (neighborFrame(message: neighborMessage(type: 135, target: group)), .multicastTarget(group)),
        (neighborFrame(message: neighborMessage(type: 136, target: group)), .multicastTarget(group)),
        (neighborFrame(message: neighborMessage(type: 135, options: [1, 0])), .zeroLengthOption(type: 1)),
        (
            neighborFrame(message: neighborMessage(type: 136, options: [200, 0, 0, 0, 0, 0, 0, 0])),
            .zeroLengthOption(type: 200)
        ),
        (
            neighborFrame(message: neighborMessage(type: 135, options: [1, 2] + [UInt8](repeating: 2, count: 14))),
            .linkLayerOptionLength(2)
        ),
        (
            neighborFrame(message: neighborMessage(type: 135, options: [1, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF])),
            .impossibleLinkLayerAddress(.broadcast)
        ),
        (neighborFrame(from: unspecified, to: vip6, message: neighborMessage(type: 135)), .unspecifiedSource(to: vip6)),
        (
            neighborFrame(from: unspecified, to: .allNodes, message: neighborMessage(type: 135)),
            .unspecifiedSource(to: .allNodes)
        ),
        (
            neighborFrame(
                from: unspecified, to: solicitedNode,
                message: neighborMessage(type: 135, options: [1, 1] + theirs.octets)),
            .unspecifiedSourceWithLinkLayerAddress
        ),
        (
            neighborFrame(to: .allNodes, message: neighborMessage(type: 136, flags: 0x60)),
            .solicitedToGroup(.allNodes)
        ),
        (neighborFrame(from: group, message: neighborMessage(type: 135)), .multicastSource(group)),
        (neighborFrame(message: neighborMessage(type: 134)), .otherType(134)),
        (neighborFrame(version: 4, message: neighborMessage(type: 135)), .version(4)),
        (neighborFrame(nextHeader: 44, message: neighborMessage(type: 135)), .notICMPv6(nextHeader: 44)),
        (neighborFrame(nextHeader: 0, message: neighborMessage(type: 135)), .notICMPv6(nextHeader: 0)),
    ]

    @Test("a neighbor message is refused for the rule that it breaks", arguments: rules.indices)
    func neighborRules(row: Int) {
        #expect(refusal(of: Self.rules[row].frame) == .neighbor(Self.rules[row].error))
    }

    @Test("a message shorter than 24 octets is refused, for all that its checksum is right", arguments: 0..<24)
    func shortMessages(length: Int) {
        let message = Array(neighborMessage(type: 135).prefix(length))
        guard case .neighbor(.truncated) = refusal(of: neighborFrame(message: message)) else {
            Issue.record("taken or refused for another reason")
            return
        }
    }

    @Test("options that are not known are skipped, and of two of a kind the first counts")
    func optionOrder() throws {
        let options: [UInt8] =
            [200, 2] + [UInt8](repeating: 9, count: 14) + [1, 1] + theirs.octets + [1, 1] + ours.octets
        let frame = try ResolutionFrame(neighborFrame(message: neighborMessage(type: 135, options: options)))
        #expect(frame.claim(at: .zero).hardwareAddress == theirs)
    }

    @Test("an option that ends behind the message is refused")
    func optionBehindEnd() {
        let error = refusal(of: neighborFrame(message: neighborMessage(type: 135, options: [1, 2, 0, 0, 0, 0, 0, 0])))
        guard case .neighbor(.truncated) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("an error names the value that is wrong")
    func descriptions() {
        #expect(FrameError.arp(.operation(9)).description == "ARP: operation 9 is neither request (1) nor reply (2)")
        #expect(FrameError.neighbor(.hopLimit(64)).description == "neighbor discovery: hop limit 64 is not 255")
        for row in Self.rules { #expect(!row.error.description.isEmpty) }
    }
}
