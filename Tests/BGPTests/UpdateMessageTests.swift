import BGP
import NetworkTypes
import Testing

@Suite("UPDATE on the wire")
struct UpdateMessageTests {
    struct Vector: CustomTestStringConvertible, Sendable {
        let name: String
        let hex: String
        let message: UpdateMessage
        /// Whether this speaker writes the same octets; others order attributes or set lengths in their own way.
        var isOurForm = true
        var octets: [UInt8] { [UInt8](hex: marker + hex) }
        var testDescription: String { name }
    }

    static func attributes(_ edit: (inout PathAttributes) -> Void) -> PathAttributes {
        var attributes = PathAttributes()
        edit(&attributes)
        return attributes
    }

    static func prefixes(_ texts: String...) -> PrefixList {
        let prefixes = texts.map(cidr)
        return PrefixList(prefixes, family: prefixes[0].family)
    }

    static let birdNextHop = MultiprotocolReach.NextHop.ipv6WithLinkLocal(
        global: address("fd09::1"), linkLocal: address("fe80::e45b:55ff:fe0f:f1e8"))

    static let vectors: [Vector] = [
        Vector(
            name: "scapy, IPv4 with withdrawals",
            hex: """
                0051 02 0004 18c63364 002d 40010100 40020a 0202 0000fc00 fa56ea01 400304c0000201 80040400000032
                400504000000c8 c00804fc000064 20cb007107 090a00 00
                """,
            message: UpdateMessage(
                withdrawn: prefixes("198.51.100.0/24"),
                attributes: attributes {
                    $0.origin = .igp
                    $0.asPath = ASPath([ASN(64512), ASN(4_200_000_001)])
                    $0.nextHop = address("192.0.2.1")
                    $0.multiExitDiscriminator = 50
                    $0.localPreference = 200
                    $0.communities = [Community(64512 << 16 | 100)]
                }, announced: prefixes("203.0.113.7/32", "10.0.0.0/9", "0.0.0.0/0"))),
        Vector(
            name: "scapy, IPv6",
            hex: """
                0054 02 0000 003d 800e2d 0002 01 10 00000000000000000000000000000000 00
                8020010db8000100000000000000000007 3020010db80002 40010102 400206 0201 0000fc00
                """,
            message: UpdateMessage(
                reach: MultiprotocolReach(
                    nextHop: .ipv6(address("::")), prefixes: prefixes("2001:db8:1::7/128", "2001:db8:2::/48")),
                attributes: attributes {
                    $0.origin = .incomplete
                    $0.asPath = ASPath([ASN(64512)])
                })),
        Vector(
            name: "scapy, withdrawal of IPv6",
            hex: "002e 02 0000 0017 800f14 0002 01 8020010db8000100000000000000000007",
            message: UpdateMessage(unreach: MultiprotocolUnreach(prefixes: prefixes("2001:db8:1::7/128")))
        ),
        Vector(
            name: "End-of-RIB of IPv6", hex: "001d 02 0000 0006 800f03 0002 01", message: .endOfRIB(.ipv6)
        ),
        Vector(name: "End-of-RIB of IPv4", hex: "0017 02 0000 0000", message: .endOfRIB(.ipv4)),
        Vector(
            name: "BIRD, a provider's IPv4 routes",
            hex:
                "003c 02 0000 001b 40010100 400206 0201 fa56ea01 4003040a090001 c02304fa56ea01 19c6336400 20c000020b",
            message: UpdateMessage(
                attributes: attributes {
                    $0.origin = .igp
                    $0.asPath = ASPath([ASN(4_200_000_001)])
                    $0.nextHop = address("10.9.0.1")
                    $0.onlyToCustomer = ASN(4_200_000_001)
                }, announced: prefixes("198.51.100.0/25", "192.0.2.11/32"))),
        Vector(
            name: "BIRD, communities of every kind",
            hex: """
                005c 02 0000 0040 40010100 400206 0201 fa56ea01 4003040a090001 c00808 fc000064 ffff0000
                c01008 0002fc0000000005 c0200c fa56ea01 00000001 00000002 c02304fa56ea01 20c000020a
                """,
            message: UpdateMessage(
                attributes: attributes {
                    $0.origin = .igp
                    $0.asPath = ASPath([ASN(4_200_000_001)])
                    $0.nextHop = address("10.9.0.1")
                    $0.communities = [Community(64512 << 16 | 100), .gracefulShutdown]
                    $0.extendedCommunities = [ExtendedCommunity(0x0002_FC00_0000_0005)]
                    $0.largeCommunities = [LargeCommunity(ASN(4_200_000_001), 1, 2)]
                    $0.onlyToCustomer = ASN(4_200_000_001)
                }, announced: prefixes("192.0.2.10/32"))),
        Vector(
            name: "BIRD, IPv6 with a link-local next hop, long lengths",
            hex: """
                006c 02 0000 0055 900e0036 0002 01 20 fd090000000000000000000000000001 fe80000000000000e45b55fffe0ff1e8 00
                8020010db8000000000000000000000010 40010100 400206 0201 fa56ea01 c00804fc000064 c02304fa56ea01
                """,
            message: UpdateMessage(
                reach: MultiprotocolReach(nextHop: birdNextHop, prefixes: prefixes("2001:db8::10/128")),
                attributes: attributes {
                    $0.origin = .igp
                    $0.asPath = ASPath([ASN(4_200_000_001)])
                    $0.communities = [Community(64512 << 16 | 100)]
                    $0.onlyToCustomer = ASN(4_200_000_001)
                }), isOurForm: false),
        Vector(
            name: "GoBGP, MP_REACH_NLRI in the middle",
            hex: """
                005c 02 0000 0045 40010102 400206 0201 0000fbf4 800e26 0002 01 10 fd090000000000000000000000000002 00
                8020010db8000900000000000000000005 c0200c 0000fbf4 00000001 00000002
                """,
            message: UpdateMessage(
                reach: MultiprotocolReach(
                    nextHop: .ipv6(address("fd09::2")), prefixes: prefixes("2001:db8:9::5/128")),
                attributes: attributes {
                    $0.origin = .incomplete
                    $0.asPath = ASPath([ASN(64500)])
                    $0.largeCommunities = [LargeCommunity(ASN(64500), 1, 2)]
                }), isOurForm: false),
        Vector(
            name: "a route reflector's IPv4 route with an unknown attribute",
            hex: """
                0056 02 0000 003a 40010101 400200 400304c0000201 40050400000064 4006 00 c00708 0000fc00 c0000205
                800904 c0000209 800a08 c000020a c000020b c0fe02 0102 20c0000201
                """,
            message: UpdateMessage(
                attributes: attributes {
                    $0.origin = .egp
                    $0.asPath = ASPath()
                    $0.nextHop = address("192.0.2.1")
                    $0.localPreference = 100
                    $0.isAtomicAggregate = true
                    $0.aggregator = Aggregator(asn: ASN(64512), identifier: 0xC000_0205)
                    $0.originatorID = 0xC000_0209
                    $0.clusterList = [0xC000_020A, 0xC000_020B]
                    $0.unrecognized = [
                        RawAttribute(flags: [.optional, .transitive], code: 254, value: [1, 2])
                    ]
                }, announced: prefixes("192.0.2.1/32"))),
    ]

    static func reader(octetsPerNumber: Int = 4) -> UpdateReader {
        UpdateReader(
            terms: UpdateTerms(isInternal: true, peerASN: ASN(64512), octetsPerNumber: octetsPerNumber))
    }

    @Test("what others send is understood", arguments: vectors)
    func decodes(vector: Vector) throws {
        var reader = Self.reader()
        let received = try reader.read(RawMessage(single: vector.octets))
        #expect(received.message == vector.message)
        #expect(received.faults.isEmpty)
    }

    @Test("what is meant is sent, in the order and form of the RFCs", arguments: vectors)
    func encodes(vector: Vector) throws {
        if vector.isOurForm { #expect(vector.message.octets() == vector.octets) }
        var reader = Self.reader()
        #expect(try reader.read(RawMessage(single: vector.message.octets())).message == vector.message)
    }

    @Test(
        "a body cut off anywhere either ends the session or turns into withdrawals", arguments: vectors)
    func truncations(vector: Vector) {
        let body = vector.octets.dropFirst(19)
        for count in 0..<body.count {
            var reader = Self.reader()
            do throws(NotificationMessage) {
                let received = try reader.read(RawMessage(type: .update, body: body.prefix(count)))
                // A prefix list may end between two prefixes: then the message is whole, but says less.
                #expect(received.message != vector.message)
            } catch {
                #expect(error.reason.code == 3)
                #expect([1, 3, 9, 10].contains(error.reason.subcode))
            }
        }
    }

    @Test("a path of two octets carries 23456 for what does not fit, and AS4_PATH the truth")
    func twoOctets() throws {
        let hex =
            "003d 02 0000 0021 40010100 400206 0202 5ba0 fc00 400304c0000201 c0110a 0202 fa56ea01 0000fc00 20c0000201"
        let message = UpdateMessage(
            attributes: Self.attributes {
                $0.origin = .igp
                $0.asPath = ASPath([ASN(4_200_000_001), ASN(64512)])
                $0.nextHop = address("192.0.2.1")
                $0.as4Path = ASPath([ASN(4_200_000_001), ASN(64512)])
            }, announced: Self.prefixes("192.0.2.1/32"))
        let octets = message.octets(octetsPerNumber: 2)
        #expect(Array(octets.dropFirst(18)) == Array([UInt8](hex: marker + hex).dropFirst(18)))
        var reader = Self.reader(octetsPerNumber: 2)
        let received = try reader.read(RawMessage(single: octets))
        #expect(received.message.attributes.asPath == ASPath([.transition, ASN(64512)]))
        #expect(received.message.attributes.as4Path == message.attributes.as4Path)
    }

    @Test("a prefix is read without the bits beyond its length")
    func hostBits() throws {
        var reader = Self.reader()
        let body = [UInt8](hex: "0000 0000") + []
        #expect(try reader.read(RawMessage(type: .update, body: body[...])).endOfRIB == .ipv4)
        let withdrawal = [UInt8](hex: "0003 09 0aff 0000")
        let received = try reader.read(RawMessage(type: .update, body: withdrawal[...]))
        #expect(Array(received.message.withdrawn) == [cidr("10.128.0.0/9")])
    }
}
