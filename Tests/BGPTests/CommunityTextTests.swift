import BGP
import NetworkTypes
import Testing

@Suite("Communities as users write them")
struct CommunityTextTests {
    @Test(
        "names and pairs of numbers",
        arguments: [
            ("64512:100", 0xFC00_0064), ("0:0", 0), ("65535:65535", 0xFFFF_FFFF),
            ("no-export", 0xFFFF_FF01),
            ("no-advertise", 0xFFFF_FF02), ("local-as", 0xFFFF_FF03), ("no-peer", 0xFFFF_FF04),
            ("graceful-shutdown", 0xFFFF_0000), ("accept-own", 0xFFFF_0001), ("blackhole", 0xFFFF_029A),
        ] as [(String, UInt32)])
    func standard(text: String, number: UInt32) {
        #expect(Community(text) == Community(number))
        #expect(Community(Community(number).description)?.number == number)
    }

    @Test(
        "anything else is refused",
        arguments: ["", ":", "1", "1:", "65536:1", "1:65536", "-1:1", "+1:1", "1:2:3", "No-Export"])
    func refused(text: String) {
        #expect(Community(text) == nil)
    }

    @Test("large communities have three numbers")
    func large() {
        #expect(LargeCommunity("4200000000:1:2") == LargeCommunity(ASN(4_200_000_000), 1, 2))
        #expect(LargeCommunity(ASN(4_200_000_000), 1, 2).description == "4200000000:1:2")
        for text in ["", "1:2", "1:2:3:4", "4294967296:0:0", "1:2:x"] {
            #expect(LargeCommunity(text) == nil)
        }
    }

    @Test(
        "extended communities have a type",
        arguments: [
            ("rt:64512:5", 0x0002_FC00_0000_0005), ("soo:64512:5", 0x0003_FC00_0000_0005),
            ("rt:192.0.2.1:5", 0x0102_C000_0201_0005), ("rt:4200000001:5", 0x0202_FA56_EA01_0005),
            ("0x43000000fc000001", 0x4300_0000_FC00_0001),
        ] as [(String, UInt64)])
    func extended(text: String, number: UInt64) {
        #expect(ExtendedCommunity(text) == ExtendedCommunity(number))
        #expect(ExtendedCommunity(number).description == text)
    }

    @Test(
        "extended communities that do not fit are refused",
        arguments: [
            "rt:1", "xx:1:1", "rt:4200000001:65536", "rt:192.0.2.1:65536", "0x1", "0x+3000000fc000001",
            "rt:1:4294967296",
        ])
    func refusedExtended(text: String) {
        #expect(ExtendedCommunity(text) == nil)
    }
}
