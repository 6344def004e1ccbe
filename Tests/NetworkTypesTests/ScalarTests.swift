import NetworkTypes
import Testing

@Suite("MAC addresses, AS numbers, octets, time")
struct ScalarTests {
    @Test("MAC addresses are read and written")
    func mac() throws {
        let address = try #require(MACAddress("02:00:5e:00:01:FF"))
        #expect(address.description == "02:00:5e:00:01:ff")
        #expect(MACAddress(octets: address.octets) == address)
        #expect(!address.isGroup && MACAddress.broadcast.isGroup)
        let broken = [
            "-0:00:00:00:00:00",
            "", "02:00:5e:00:01", "02:00:5e:00:01:ff:00", "02:00:5e:00:01:f", "02-00-5e-00-01-ff", "02:00:5e:00:01:+f",
        ]
        for text in broken { #expect(MACAddress(text) == nil) }
    }

    @Test("AS numbers are read in both notations")
    func asn() {
        #expect(ASN("4294967295")?.number == .max)
        #expect(ASN("1.10")?.number == 65_546)
        for text in ["", "-1", "+1", "4294967296", "1.65536", "1.2.3", "1.", " 1"] { #expect(ASN(text) == nil) }
    }

    @Test("a reader never reads past its end, and a failed read takes nothing")
    func reader() throws {
        var reader = ByteReader([1, 2, 3])
        #expect(try reader.uint16() == 0x0102)
        #expect(throws: ByteReader.Truncated.self) { try reader.uint32() }
        #expect(throws: ByteReader.Truncated.self) { try reader.slice(-1) }
        #expect(try reader.uint8() == 3)
        #expect(throws: ByteReader.Truncated.self) { try reader.uint8() }
        #expect(reader.isAtEnd)
    }

    @Test("what is written reads back")
    func writer() throws {
        var writer = ByteWriter()
        writer.write(UInt16(0))
        writer.write(UInt64(7))
        writer.write(try #require(IPAddress("2001:db8::1")))
        writer.write(try #require(MACAddress("02:00:00:00:00:01")))
        writer.overwrite(at: 0, with: UInt16(writer.count))
        var reader = ByteReader(writer.bytes)
        #expect(try reader.uint16() == 32)
        #expect(try reader.uint64() == 7)
        #expect(try reader.ipv6Address().description == "2001:db8::1")
        #expect(try reader.macAddress().description == "02:00:00:00:00:01")
    }

    @Test("time saturates instead of overflowing")
    func time() {
        #expect(MonotonicTime(nanoseconds: .max).advanced(by: .seconds(1)).nanoseconds == .max)
        #expect(MonotonicTime(nanoseconds: .min).advanced(by: .seconds(-1)).nanoseconds == .min)
        #expect(MonotonicTime.zero.duration(to: MonotonicTime(nanoseconds: 1_500)) == .nanoseconds(1_500))
        #expect(Duration.seconds(Int64.max).wholeNanoseconds == .max)
        #expect(Duration.milliseconds(-3).wholeNanoseconds == -3_000_000)
    }
}
