import NetworkTypes
import Testing

@testable import Netlink

@Suite("Messages of the kernel")
struct DecodingTests {
    private let veth0 = LinkIndex(3)

    @Test("a link tells its name, kind, address and flags")
    func link() throws {
        let created = try #require(try decode(GoldenVector.vethCreated).link)
        #expect(created.index == veth0)
        #expect(created.name == "veth0")
        #expect(created.kind == "veth")
        #expect(created.macAddress == MACAddress("02:00:00:00:00:01"))
        #expect(!created.isUp && !created.hasCarrier && created.resolvesAddresses)
        #expect(created.operationalState == .down)
        #expect(created.master == nil)
    }

    @Test("a link that is up has a carrier, and loses it when its peer goes down")
    func carrier() throws {
        let up = try #require(try decode(GoldenVector.vethUp).link)
        #expect(up.isOperational && up.flags.contains(.running) && up.operationalState == .up)
        let down = try #require(try decode(GoldenVector.carrierLost).link)
        #expect(down.isUp && !down.hasCarrier && !down.isOperational)
        #expect(down.operationalState == .down || down.operationalState == .lowerLayerDown)
    }

    @Test("a port tells its master")
    func port() throws {
        #expect(try decode(GoldenVector.portUp).link?.master == LinkIndex(4))
    }

    @Test("a link that goes is told with its alternative names")
    func linkRemoved() throws {
        guard case .change(.linkRemoved(let link)) = try decode(GoldenVector.linkRemoved).content else {
            Issue.record("not the removal of a link")
            return
        }
        #expect(link.name == "veth0")
        #expect(link.alternativeNames == ["uplink-zero"])
    }

    @Test(
        "what a bridge tells about its ports does not pass for a link",
        arguments: [
            GoldenVector.bridgePort, GoldenVector.bridgePortRemoved, GoldenVector.bridgeForwarding,
        ])
    func bridge(bytes: [UInt8]) throws {
        #expect(try decode(bytes).content == .irrelevant)
    }

    @Test("an IPv4 address tells its label and that it stays")
    func ipv4Address() throws {
        let address = try #require(try decode(GoldenVector.ipv4Address).address)
        #expect(address.key == AddressKey(link: veth0, address: try ip("192.0.2.1"), prefixLength: 24))
        #expect(address.label == "veth0:one")
        #expect(address.flags == .permanent)
        #expect(address.lifetime == .forever)
        #expect(address.subnet == CIDR("192.0.2.0/24"))
        #expect(!address.isOurs)
    }

    @Test("a marked IPv4 address is ours")
    func ipv4MarkedAddress() throws {
        let address = try #require(try decode(GoldenVector.ipv4MarkedAddress).address)
        #expect(address.key == AddressKey(link: veth0, address: try ip("192.0.2.11")))
        #expect(address.lifetime == .neverSource(for: .seconds(60)))
        #expect(address.flags == .deprecated)
        #expect(address.subnet == nil)
        #expect(address.isOurs)
    }

    @Test("a point-to-point address has a peer, whose subnet it reaches")
    func ipv4PeerAddress() throws {
        let address = try #require(try decode(GoldenVector.ipv4PeerAddress).address)
        #expect(address.address == (try ip("10.0.0.1")))
        #expect(address.key.peer == (try ip("10.0.0.2")))
        #expect(address.subnet == CIDR("10.0.0.2/32"))
    }

    @Test("a refresh of an IPv6 address differs in nothing but its times")
    func ipv6Refresh() throws {
        let first = try #require(try decode(GoldenVector.ipv6MarkedAddress).address)
        let second = try #require(try decode(GoldenVector.ipv6Refresh).address)
        #expect(first.isOurs && first.isSame(as: second))
        #expect(first.flags == [.noDuplicateDetection, .deprecated, .noPrefixRoute])
        #expect(first.address == (try ip("2001:db8::11")))
    }

    @Test("an address of the kernel carries the kernel's provenance")
    func ipv6LinkLocal() throws {
        let address = try #require(try decode(GoldenVector.ipv6LinkLocal).address)
        #expect(address.provenance == 3)
        #expect(address.scope == .link)
        #expect(address.isUsable)
    }

    @Test("an answer carries the error and the words of the kernel")
    func answers() throws {
        #expect(
            try decode(GoldenVector.refusal).content
                == .answer(Answer(errorNumber: 22, text: "ipv4: Invalid prefix length")))
        #expect(
            try decode(GoldenVector.alreadyAssigned).content
                == .answer(Answer(errorNumber: 17, text: "ipv4: Address already assigned")))
        #expect(
            try decode(GoldenVector.acknowledgement).content == .answer(Answer(errorNumber: 0, text: nil))
        )
        #expect(try decode(GoldenVector.dumpEnd).content == .done(0))
    }
}

extension NetlinkMessage {
    var link: Link? {
        guard case .change(.link(let link)) = content else { return nil }
        return link
    }

    var address: InterfaceAddress? {
        switch content {
        case .change(.address(let address)), .change(.addressRemoved(let address)): address
        default: nil
        }
    }
}
