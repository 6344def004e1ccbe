import Testing

@testable import Netlink

@Suite("Odd input")
struct HostileInputTests {
    @Test("every truncation of a message throws", arguments: GoldenVector.all.map(\.name))
    func truncated(name: String) throws {
        let bytes = try #require(GoldenVector.all.first { $0.name == name }).bytes
        _ = try decode(bytes)
        for count in 0..<bytes.count {
            #expect(throws: MalformedMessage.self, "\(count) octets") {
                try decode(Array(bytes.prefix(count)))
            }
        }
    }

    @Test("a message cut within an attribute throws even when its header agrees with the cut")
    func cutWithinAttribute() throws {
        let bytes = GoldenVector.ipv4Address
        for length in 24..<bytes.count {
            let boundaries = [24, 32, 40, 56, 64, 84]
            let cut = withLength(Array(bytes.prefix(length)))
            let content = try? decode(cut).content
            // Without the address itself it is malformed too; padding after the label may be missing.
            #expect(
                (content != nil) == (boundaries.dropFirst().contains(length) || (54...55).contains(length)),
                "\(length)")
        }
    }

    @Test("no changed octet traps", arguments: 0..<60 as Range<UInt64>)
    func changed(seed: UInt64) {
        var random = SplitMix(state: seed)
        for (_, bytes) in GoldenVector.all {
            for _ in 0..<40 {
                var changed = bytes
                for _ in 0...Int(random.next() % 4) {
                    changed[Int(random.next() % UInt64(changed.count))] = UInt8(
                        truncatingIfNeeded: random.next())
                }
                _ = NetlinkMessage.forEach(in: NativeReader(changed)) { _, _ in }
            }
        }
    }

    @Test("a malformed message is counted and the next one is read")
    func resumes() {
        var broken = GoldenVector.ipv4Address
        broken[17] = 33
        var seen: [NetlinkMessage.Content] = []
        let malformed = NetlinkMessage.forEach(in: NativeReader(broken + GoldenVector.dumpEnd)) {
            seen.append($1)
        }
        #expect(malformed == 1)
        #expect(seen == [.done(0)])
    }

    @Test("what follows a wrong length is one malformed message")
    func wrongLength() {
        let datagram = withLength(GoldenVector.dumpEnd, 15) + GoldenVector.dumpEnd
        #expect(NetlinkMessage.forEach(in: NativeReader(datagram)) { _, _ in } == 1)
    }

    /// `bytes` with a header that says they are of this length.
    private func withLength(_ bytes: [UInt8], _ length: Int? = nil) -> [UInt8] {
        let length = length ?? bytes.count
        return [UInt8(length & 0xFF), UInt8(length >> 8 & 0xFF), 0, 0] + bytes.dropFirst(4)
    }
}

/// A small generator that gives the same numbers for the same seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = (state ^ state >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
