import NetworkTypes
import Testing

@Suite("IPAddress")
struct IPAddressTests {
    @Test(
        "text that is no address is refused",
        arguments: [
            "", "1", "1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.256", "1.2.3.4 ", " 1.2.3.4", "1.2.3.-4", "1.2.3.+4",
            "1.2.3.4/24", ":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "g::",
            "12345::", "fe80::1%eth0", "::1.2.3", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4", "١.٢.٣.٤",
            "::0000000000000000000000000000000000000000000001",
        ])
    func refused(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test(
        "text is read, and written in its canonical form",
        arguments: [
            ("192.0.2.10", "192.0.2.10"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"),
            ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
            ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("::ffff:192.0.2.1", "::ffff:192.0.2.1"),
            ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"), ("fe80:0::0:1", "fe80::1"),
        ])
    func canonical(text: String, expected: String) {
        #expect(IPAddress(text)?.description == expected)
        #expect(IPAddress(expected)?.description == expected)
    }

    @Test("octets and numbers lead back to the address", arguments: ["192.0.2.10", "2001:db8::ff00:42", "::"])
    func octets(text: String) throws {
        let address = try #require(IPAddress(text))
        #expect(IPAddress(octets: address.octets) == address)
        #expect(IPAddress(family: address.family, number: address.number) == address)
    }

    @Test("octets of any other count, and numbers beyond the family, are refused")
    func badOctets() {
        for count in [0, 1, 3, 5, 15, 17] { #expect(IPAddress(octets: [UInt8](repeating: 1, count: count)) == nil) }
        #expect(IPAddress(family: .ipv4, number: 1 << 32) == nil)
    }

    @Test("counting stops where the family ends")
    func advanced() throws {
        #expect(try #require(IPAddress("192.0.2.255")).advanced(by: 1)?.description == "192.0.3.0")
        #expect(try #require(IPAddress("255.255.255.255")).advanced(by: 1) == nil)
        #expect(IPAddress(ipv6: .max).advanced(by: 1) == nil)
    }

    @Test(
        "what a host can own",
        arguments: [
            ("192.0.2.1", true), ("2001:db8::1", true), ("fd00::1", true), ("10.0.0.0", true), ("0.1.2.3", false),
            ("127.0.0.1", false), ("224.0.0.1", false), ("239.1.1.1", false), ("240.0.0.1", false),
            ("255.255.255.255", false), ("169.254.1.1", false), ("0.0.0.0", false), ("::", false), ("::1", false),
            ("fe80::1", false), ("ff02::1", false), ("::ffff:192.0.2.1", false),
        ])
    func assignable(text: String, expected: Bool) throws {
        #expect(try #require(IPAddress(text)).isAssignable == expected)
    }
}
