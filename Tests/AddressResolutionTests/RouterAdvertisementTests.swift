import NetworkTypes
import Testing

@testable import AddressResolution

@Suite("Router advertisement")
struct RouterAdvertisementTests {
    private let mac = MACAddress(number: 0x0200_0000_0001)
    private let source = IPAddress(ipv6: 0xFE80 << 112 | 0x1)

    @Test("what is sent is read back, and is as RFC 4861 section 4.2 has it")
    func roundTrip() throws {
        let frame = try #require(RouterAdvertisement(from: source)).frame(from: mac)
        #expect(RouterAdvertisement(frame: frame)?.source == source)
        #expect(Array(frame[0..<6]) == [0x33, 0x33, 0, 0, 0, 1])
        #expect(frame[21] == 255)
        #expect(frame[54] == 134)
        #expect(Array(frame[60..<62]) == [0, 0], "no default route")
        #expect(Array(frame[70..<78]) == [1, 1] + mac.octets)
    }

    @Test("nothing that is cut, changed, or has passed a router is taken")
    func damage() throws {
        let frame = try #require(RouterAdvertisement(from: source)).frame(from: mac)
        for length in 0..<frame.count { #expect(RouterAdvertisement(frame: Array(frame.prefix(length))) == nil) }
        for index in 14..<frame.count {
            // Traffic class and flow label mean nothing.
            if (14...17).contains(index), index != 14 { continue }
            var damaged = frame
            damaged[index] ^= 0xFF
            #expect(RouterAdvertisement(frame: damaged) == nil, "octet \(index)")
        }
    }

    @Test("only a link-local address can advertise")
    func sources() {
        #expect(RouterAdvertisement(from: IPAddress(ipv6: 0xFD00 << 112 | 1)) == nil)
        #expect(RouterAdvertisement(from: IPAddress(ipv4: 0x0A00_0001)) == nil)
    }
}
