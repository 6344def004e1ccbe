import NetworkTypes
import Testing

@testable import Netlink

@Suite("Requests")
struct EncodingTests {
    private let lifetime = AddressLifetime.neverSource(for: .seconds(60))

    @Test("an assignment of an IPv4 address")
    func ipv4() throws {
        var assignment = AddressAssignment(
            AddressKey(link: LinkIndex(3), address: try ip("192.0.2.11")), lifetime: lifetime)
        assignment.label = "veth0:x"
        var writer = NativeWriter()
        AddressMessage.put(
            assignment, flags: [.request, .acknowledge, .replace], sequence: 7, into: &writer)
        #expect(
            writer.bytes
                == octets(
                    """
                    60000000 1400 0501 07000000 00000000 02 20 00 00 03000000
                    0800 0200 c000020b  0800 0100 c000020b  0c00 0300 76657468303a7800
                    0800 0800 02020000  1400 0600 00000000 3c000000 00000000 00000000
                    0500 0b00 68000000  0800 0900 31524c48
                    """))
    }

    @Test("what is written reads back as ours", arguments: ["192.0.2.11", "2001:db8::11"])
    func readsBack(text: String) throws {
        let assignment = AddressAssignment(
            AddressKey(link: LinkIndex(3), address: try ip(text)), lifetime: lifetime)
        var writer = NativeWriter()
        AddressMessage.put(assignment, flags: .request, sequence: 7, into: &writer)
        let address = try #require(try decode(writer.bytes).address)
        #expect(address.isOurs)
        #expect(address.key == assignment.key)
        #expect(address.lifetime == lifetime)
        #expect(address.flags == [.noDuplicateDetection, .noPrefixRoute])
    }

    @Test("a removal of an IPv6 address")
    func removal() throws {
        var writer = NativeWriter()
        AddressMessage.remove(
            AddressKey(link: LinkIndex(3), address: try ip("2001:db8::11")), flags: .request, sequence: 8,
            into: &writer)
        #expect(
            writer.bytes
                == octets(
                    """
                    40000000 1500 0100 08000000 00000000 0a 80 00 00 03000000
                    1400 0200 20010db8000000000000000000000011  1400 0100 20010db8000000000000000000000011
                    """))
    }

    @Test("a link is set up, and kept from making addresses")
    func links() {
        #expect(
            LinkMessage.set(LinkIndex(3), up: true, sequence: 9)
                == octets("20000000 1000 0500 09000000 00000000 00 00 0000 03000000 01000000 01000000"))
        #expect(
            LinkMessage.withoutGeneratedAddresses(LinkIndex(3), sequence: 9)
                == octets(
                    """
                    30000000 1300 0500 09000000 00000000 00 00 0000 03000000 00000000 00000000
                    1000 1a00  0c00 0a00  0500 0800 01000000
                    """))
    }

    @Test(
        "lifetimes are whole seconds, rounded up, at least one",
        arguments: [
            (Duration.milliseconds(1), UInt32(1)), (.seconds(-5), 1), (.milliseconds(2001), 3),
            (.seconds(Int64.max), .max - 1),
        ])
    func lifetimes(valid: Duration, seconds: UInt32) {
        #expect(AddressLifetime(valid: valid, preferred: .zero).validSeconds == seconds)
        #expect(AddressLifetime(valid: valid, preferred: nil).preferredSeconds == seconds)
        #expect(AddressLifetime.forever.validSeconds == .max)
    }
}
