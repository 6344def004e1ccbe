import BGP
import NetworkTypes
import Testing

@Suite("Errors in the fields and multiprotocol attributes of an UPDATE")
struct UpdateFieldErrorTests {
    static func error(_ hex: String, terms: UpdateTerms? = nil) -> NotificationMessage? {
        var reader = UpdateReader(
            terms: terms
                ?? UpdateTerms(isInternal: true, peerASN: ASN(64512), multiprotocolErrors: .resetSession))
        do throws(NotificationMessage) {
            _ = try reader.read(RawMessage(type: .update, body: [UInt8](hex: hex)[...]))
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "lengths that do not add up are 3/1",
        arguments: ["0001 0000", "0000 0001", "0005 0000 00", "ffff ffff"])
    func lengths(body: String) {
        #expect(Self.error(body) == NotificationMessage(NotificationReason(3, 1)))
    }

    @Test(
        "prefixes that do not parse are 3/10",
        arguments: [
            "0001 21 0000", "0002 1801 0000", "0000 0000 21 0000000000", "0000 0000 18 0101",
            "0000 0000 ff",
        ])
    func prefixes(body: String) {
        #expect(Self.error(body) == NotificationMessage(NotificationReason(3, 10)))
    }

    static let tail = "40010100 400206 0201 0000fc00"
    static let badAttributes: [(String, UInt8, String)] = [
        ("a next hop of 4 octets for IPv6", 9, "800e 0b 0002 01 04 c0000201 00 08 20"),
        (
            "a next hop of 24 octets", 9,
            "800e 1f 0002 01 18 000000000000000020010db8000000000000000000000001 00 08 20"
        ),
        (
            "a next hop of 16 octets for IPv4", 9,
            "800e 17 0001 01 10 20010db8000000000000000000000001 00 08 0a"
        ),
        (
            "a prefix of 129 bits", 9,
            "800e 27 0002 01 10 20010db8000000000000000000000001 00 81 20010db80000000000000000000000100 0"
        ),
        ("a prefix that runs over", 9, "800e 17 0002 01 10 20010db8000000000000000000000001 00 80 20"),
        ("a withdrawn prefix of 129 bits", 9, "800f 15 0002 01 81 20010db8000000000000000000000001 00"),
        ("a withdrawn prefix that runs over", 9, "800f 05 0002 01 20 20"),
    ]

    @Test("a multiprotocol attribute that cannot be used ends the session", arguments: badAttributes)
    func reset(name: String, subcode: UInt8, attribute: String) {
        let octets = Self.sized([UInt8](hex: attribute))
        let error = Self.error(Self.body(octets))
        #expect(error == NotificationMessage(NotificationReason(3, subcode), data: octets), "\(name)")
    }

    @Test("or disables its family, when told so, and the other goes on", arguments: badAttributes)
    func disable(name: String, subcode: UInt8, attribute: String) throws {
        var reader = UpdateReader(terms: UpdateTerms(isInternal: true, peerASN: ASN(64512)))
        let octets = Self.sized([UInt8](hex: attribute))
        let body = [UInt8](hex: Self.body(octets))
        let received = try reader.read(RawMessage(type: .update, body: body[...]))
        #expect(received.faults.map(\.handling) == [.familyDisable])
        #expect(reader.disabledFamilies.count == 1)
        let again = try reader.read(RawMessage(type: .update, body: body[...]))
        #expect(again.faults.isEmpty)
        #expect(again.ignoredFamilies.count == 1)
        #expect(again.announcedCount == 0)
    }

    @Test(
        "wrong flags of a multiprotocol attribute withdraw its routes and end nothing",
        arguments: [
            ("400e 17 0002 01 10 20010db8000000000000000000000001 00 08 20", 1),
            ("c00e 17 0002 01 10 20010db8000000000000000000000001 00 08 20", 1), ("c00f 05 0002 01 08 20", 1),
            ("400f 03 0002 01", 0),
        ])
    func flags(attribute: String, count: Int) throws {
        var reader = UpdateReader(
            terms: UpdateTerms(isInternal: true, peerASN: ASN(64512), multiprotocolErrors: .resetSession))
        let octets = Self.sized([UInt8](hex: attribute))
        let routes: [UInt8] = [8, 10]
        let body = [UInt8](hex: Self.body(octets + [UInt8](hex: "400304 c0000201"))) + routes
        let received = try reader.read(RawMessage(type: .update, body: body[...]))
        #expect(received.faults.map(\.handling) == [.treatAsWithdraw])
        #expect(received.announcedCount == 0)
        #expect(received.withdrawnCount == 1 + count)
    }

    @Test("a NEXT_HOP beside routes that bring their own is ignored, whatever it says", arguments: ["", "00"])
    func idleNextHop(more: String) throws {
        let hop = [UInt8](hex: "400304 00000000" + more)
        let reach = [UInt8](hex: "800e 17 0002 01 10 20010db8000000000000000000000001 00 08 20")
        var reader = UpdateReader(terms: UpdateTerms(isInternal: true, peerASN: ASN(64512)))
        let body = [UInt8](hex: Self.body(Self.sized(hop) + reach))
        let received = try reader.read(RawMessage(type: .update, body: body[...]))
        #expect(received.faults.isEmpty)
        #expect(received.message.attributes.nextHop == nil)
        #expect(received.announcedCount == 1)
    }

    @Test(
        "one too short to say its family ends the session whatever was chosen",
        arguments: ["800e 04 0002 01 00", "800f 02 0002"])
    func tooShort(attribute: String) {
        let octets = [UInt8](hex: attribute)
        let terms = UpdateTerms(isInternal: true, peerASN: ASN(64512))
        #expect(
            Self.error(Self.body(octets), terms: terms)
                == NotificationMessage(NotificationReason(3, 9), data: octets))
    }

    @Test("an IPv6 next hop for IPv4 routes is right once agreed, in both lengths")
    func extendedNextHop() throws {
        var reader = UpdateReader(
            terms: UpdateTerms(isInternal: true, peerASN: ASN(64512), acceptsIPv6NextHopForIPv4: true))
        let short = Self.body(
            [UInt8](hex: "800e 17 0001 01 10 20010db8000000000000000000000001 00 08 0a"))
        let update = try reader.read(RawMessage(type: .update, body: [UInt8](hex: short)[...]))
        #expect(update.message.reach?.nextHop == .ipv6(address("2001:db8::1")))
        #expect(update.announcedCount == 1)
        let long = Self.body(
            [UInt8](
                hex:
                    "800e 27 0001 01 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00 08 0a"
            ))
        #expect(
            try reader.read(RawMessage(type: .update, body: [UInt8](hex: long)[...])).announcedCount == 1)
    }

    @Test("families that were not agreed are ignored, known or not")
    func otherFamilies() throws {
        var reader = UpdateReader(
            terms: UpdateTerms(isInternal: true, peerASN: ASN(64512), families: [.ipv6]))
        let evpn = Self.body([UInt8](hex: "800e 0c 0019 46 04 c0000201 00 020103"))
        let update = try reader.read(RawMessage(type: .update, body: [UInt8](hex: evpn)[...]))
        #expect(update.ignoredFamilies == [RouteFamily(afi: 25, safi: 70)])
        #expect(update.faults.isEmpty)
        let ipv4 = [UInt8](hex: "0000 0014" + Self.tail + "400304c0000201" + "08 0a")
        let classic = try reader.read(RawMessage(type: .update, body: ipv4[...]))
        #expect(classic.ignoredFamilies == [.ipv4Unicast])
        #expect(classic.announcedCount == 0)
    }

    @Test(
        "a mark Only To Customer tells a leak by the role",
        arguments: [
            (Role.provider, 64512, true), (.routeServer, 64512, true), (.peer, 64513, true),
            (.peer, 64512, false),
            (.customer, 64513, false), (.routeServerClient, 64513, false),
        ] as [(Role, UInt32, Bool)])
    func leaks(role: Role, marked: UInt32, isLeak: Bool) throws {
        var reader = UpdateReader(
            terms: UpdateTerms(isInternal: false, peerASN: ASN(64512), role: role))
        var attributes = PathAttributes()
        attributes.origin = .igp
        attributes.asPath = ASPath([ASN(64512)])
        attributes.nextHop = address("192.0.2.1")
        attributes.onlyToCustomer = ASN(marked)
        let update = UpdateMessage(
            attributes: attributes, announced: PrefixList([cidr("10.0.0.0/8")], family: .ipv4))
        #expect(try reader.read(RawMessage(single: update.octets())).isRouteLeak == isLeak)
    }

    /// The attribute with its length octet set right, so that only the named fault is in it.
    static func sized(_ octets: [UInt8]) -> [UInt8] {
        var octets = octets
        octets[2] = UInt8(octets.count - 3)
        return octets
    }

    static func body(_ attribute: [UInt8]) -> String {
        let all = attribute + [UInt8](hex: tail)
        let octets = [0, 0, UInt8(all.count >> 8), UInt8(all.count & 0xFF)] + all
        return octets.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
