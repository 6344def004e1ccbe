import BGP
import NetworkTypes
import Testing

@Suite("OPEN")
struct OpenMessageTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let name: String
        let octets: [UInt8]
        let message: OpenMessage
        /// Whether this speaker writes the same octets; others spread capabilities over parameters.
        var isOurForm = false

        var testDescription: String { name }
    }

    static let vectors: [Vector] = [
        Vector(
            name: "scapy, a parameter for each capability",
            octets: [UInt8](
                hex: marker
                    + """
                    0047 01 04 5ba0 005a c0000201 2a 0206010400010001 0206010400020001 02020200
                    02064104fa56ea01 02024600 02084006 8078 00010180
                    """),
            message: OpenMessage(
                asn: ASN(4_200_000_001), holdTime: .of(90), identifier: .numbered(0xC000_0201),
                capabilities: [
                    .multiprotocol(.ipv4Unicast), .multiprotocol(.ipv6Unicast), .routeRefresh,
                    .fourOctetASN(ASN(4_200_000_001)), .enhancedRouteRefresh,
                    .gracefulRestart(
                        GracefulRestartCapability(
                            isRestarting: true, keepsRoutesOnNotification: false, restartTime: 120,
                            families: [.init(.ipv4Unicast, isForwardingPreserved: true)])),
                ])),
        Vector(
            name: "BIRD 2.0.12, all capabilities in one parameter",
            octets: [UInt8](
                hex: marker
                    + """
                    0048 01 04 5ba0 00f0 0a090001 2b 0229 010400010001 010400020001 0200 0600 090100
                    400a 0078 00010100 00020100 4104fa56ea01 4600 4700
                    """),
            message: OpenMessage(
                asn: ASN(4_200_000_001), holdTime: .of(240), identifier: .numbered(0x0A09_0001),
                capabilities: [
                    .multiprotocol(.ipv4Unicast), .multiprotocol(.ipv6Unicast), .routeRefresh,
                    .extendedMessage,
                    .role(0),
                    .gracefulRestart(
                        GracefulRestartCapability(
                            isRestarting: false, keepsRoutesOnNotification: false, restartTime: 120,
                            families: [
                                .init(.ipv4Unicast, isForwardingPreserved: false),
                                .init(.ipv6Unicast, isForwardingPreserved: false),
                            ])),
                    .fourOctetASN(ASN(4_200_000_001)), .enhancedRouteRefresh, .longLivedGracefulRestart([]),
                ]), isOurForm: true),
        Vector(
            name: "GoBGP 3.10.0",
            octets: [UInt8](
                hex: marker
                    + """
                    0045 01 04 fbf4 005a 0a090002 28 0226 0200 4904 02727400 010400010001 010400020001
                    41040000fbf4 40024064 0506000100010002
                    """),
            message: OpenMessage(
                asn: ASN(64500), holdTime: .of(90), identifier: .numbered(0x0A09_0002),
                capabilities: [
                    .routeRefresh, .hostName(HostName(host: "rt")), .multiprotocol(.ipv4Unicast),
                    .multiprotocol(.ipv6Unicast), .fourOctetASN(ASN(64500)),
                    .gracefulRestart(
                        GracefulRestartCapability(
                            isRestarting: false, keepsRoutesOnNotification: true, restartTime: 100, families: [])),
                    .extendedNextHop([.ipv4ThroughIPv6]),
                ]), isOurForm: true),
        Vector(
            name: "the long form of RFC 9072 with two parameters",
            octets: [UInt8](
                hex: marker
                    + "0034 01 04 fbf4 0003 0a090002 ff ff 0014 02 0002 0200 02 000c 4104 0000fbf4 4b 04 03 312e30"
            ),
            message: OpenMessage(
                asn: ASN(64500), holdTime: .of(3), identifier: .numbered(0x0A09_0002),
                capabilities: [.routeRefresh, .fourOctetASN(ASN(64500)), .softwareVersion("1.0")])),
        Vector(
            name: "all other known capabilities, an unknown one and a hold time of zero",
            octets: [UInt8](
                hex: marker
                    + """
                    003b 01 04 fbf4 0000 0a090002 1e 02 1c 4104 0000fbf4 47 07 0001 01 80 000e10 4b 04 03 312e30
                    c8 03 010203 c9 00
                    """),
            message: OpenMessage(
                asn: ASN(64500), holdTime: .never, identifier: .numbered(0x0A09_0002),
                capabilities: [
                    .fourOctetASN(ASN(64500)),
                    .longLivedGracefulRestart([
                        LongLivedFamily(.ipv4Unicast, isForwardingPreserved: true, staleTime: 3600)
                    ]),
                    .softwareVersion("1.0"), .other(code: 200, value: [1, 2, 3]),
                    .other(code: 201, value: []),
                ]), isOurForm: true),
    ]

    @Test("what others send is understood", arguments: vectors)
    func decodes(vector: Vector) throws {
        #expect(try OpenMessage(RawMessage(single: vector.octets)) == vector.message)
    }

    @Test("what is sent is what was meant", arguments: vectors)
    func encodes(vector: Vector) throws {
        #expect(try OpenMessage(RawMessage(single: vector.message.octets)) == vector.message)
        if vector.isOurForm { #expect(vector.message.octets == vector.octets) }
    }

    @Test("no capabilities at all, from a speaker of two octets")
    func plain() throws {
        let octets = [UInt8](hex: marker + "001d 01 04 fc00 00b4 0a000001 00")
        let message = try OpenMessage(RawMessage(single: octets))
        #expect(message.asn == ASN(64512))
        #expect(message.holdTime == .of(180))
        #expect(message.capabilities.isEmpty)
        #expect(message.octets == octets)
    }

    @Test("capabilities of more than 255 octets use the long form")
    func longForm() throws {
        let many = (0..<100).map { Capability.other(code: 200, value: [UInt8($0), 0, 0]) }
        let message = OpenMessage(
            asn: ASN(64512), holdTime: .of(9), identifier: .numbered(7), capabilities: many)
        #expect(message.octets[28...29] == [255, 255])
        #expect(try OpenMessage(RawMessage(single: message.octets)) == message)
    }

    @Test("an OPEN never grows beyond 4096 octets")
    func tooMany() throws {
        let many = (0..<100).map { _ in
            Capability.other(code: 200, value: [UInt8](repeating: 1, count: 255))
        }
        let message = OpenMessage(
            asn: ASN(64512), holdTime: .of(9), identifier: .numbered(7), capabilities: many)
        #expect(message.octets.count <= 4096)
        #expect(try OpenMessage(RawMessage(single: message.octets)).capabilities.count == 16)
    }

    @Test("a body cut off anywhere, its lengths left as they were, is error 2/0", arguments: vectors)
    func truncations(vector: Vector) throws {
        let body = vector.octets.dropFirst(19)
        for count in 0..<body.count {
            #expect(
                Self.error(Array(body.prefix(count))) == NotificationMessage(NotificationReason(2, 0)))
        }
    }

    @Test(
        "what RFC 4271 section 6.2 forbids has its code, subcode and data",
        arguments: [
            ("03 fc00 005a 0a000001 00", "0201 0004"), ("05 fc00 005a 0a000001 00", "0201 0004"),
            ("04 0000 005a 0a000001 00", "0202 0000"),
            ("04 5ba0 005a 0a000001 08 0206 4104 00000000", "0202 0000"),
            ("04 0000 005a 0a000001 08 0206 4104 0000fc00", "0202 0000"),
            ("04 fc00 005a 00000000 00", "0203"),
            ("04 fc00 005a 0a000001 02 0100", "0204"), ("04 fc00 005a 0a000001 06 02020200 0300", "0204"),
            ("04 fc00 005a 0a000001 04 0200 ff00", "0204"), ("04 fc00 0001 0a000001 00", "0206 0001"),
            ("04 fc00 0002 0a000001 00", "0206 0002"), ("04 fc00 005a 0a000001 00 00", "0200"),
            ("04 fc00 005a 0a000001 03 0202 02", "0200"), ("04 fc00 005a 0a000001 04 0202 0201", "0200"),
            ("04 fc00 005a 0a000001 05 0203 020100", "0200"),
            ("04 fc00 005a 0a000001 05 0203 010100", "0200"),
            ("04 fc00 005a 0a000001 07 0205 4103 010203", "0200"),
            ("04 fc00 005a 0a000001 ff ff 0005 02 0002 0200", "ok"),
            ("04 fc00 005a 0a000001 01 ff 0005 02 0002 0200", "ok"),
            ("04 fc00 005a 0a000001 ff ff 0006 02 0002 0200", "0200"),
            ("04 fc00 005a e0000001 00", "ok"),
        ])
    func errors(body: String, expected: String) {
        let error = Self.error([UInt8](hex: body))
        guard expected != "ok" else { return #expect(error == nil) }
        let octets = [UInt8](hex: expected)
        let reason = NotificationReason(octets[0], octets[1])
        #expect(error == NotificationMessage(reason, data: Array(octets.dropFirst(2))))
    }

    static func error(_ body: [UInt8]) -> NotificationMessage? {
        do throws(NotificationMessage) {
            _ = try OpenMessage(RawMessage(type: .open, body: body[...]))
            return nil
        } catch {
            return error
        }
    }
}
