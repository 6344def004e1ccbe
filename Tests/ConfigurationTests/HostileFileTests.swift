import Configuration
import Testing

struct HostileFileTests {
    /// Reads a file; only that it ends in a configuration or in problems within the file matters.
    private func read(_ bytes: [UInt8]) {
        do throws(ProblemList) {
            _ = try Configuration.parse(bytes, file: "f")
        } catch {
            #expect(error.problems.contains { $0.severity == .error })
            #expect(error.problems == error.problems.sorted())
            #expect(
                error.problems.allSatisfy { $0.line >= 1 && $0.column >= 1 && !$0.what.isEmpty && !$0.cure.isEmpty })
        }
    }

    @Test("every beginning of a file is read or refused", arguments: [Fixture.smallest, Fixture.complete])
    func truncations(text: String) {
        let bytes = Array(text.utf8)
        for length in 0...bytes.count { read(Array(bytes[..<length])) }
    }

    @Test("a file of mistakes alone is refused as fast as any other, with as many problems as anyone would read")
    func mistakes() throws {
        let unknown = (0..<5_000).map { "key\($0): 1\n" }.joined()
        let pools = (0..<1_000).map { "  - {name: p\($0), addresses: [10.\($0 / 256).\($0 % 256).0/28]}\n" }.joined()
        let names = (0..<8_000).map { "x\($0)" }.joined(separator: ", ")
        let strangers =
            "mode: bgp\npools:\n\(pools)bgp:\n  asn: 64512\n  peers: [{name: a, address: 192.0.2.1, asn: 64513}]\n"
            + "  advertisements: [{pools: [\(names)]}]\n"
        let overlaps =
            "mode: arp\npools:\n  - name: p\n    addresses:\n"
            + String(repeating: "      - 10.0.0.0/24\n", count: 5_000)
        for text in [Fixture.smallest + unknown, strangers, overlaps] {
            let clock = ContinuousClock()
            let start = clock.now
            let error = #expect(throws: ProblemList.self) { _ = try Configuration.parse(Array(text.utf8), file: "f") }
            #expect(clock.now - start < .seconds(40), "unoptimised, on a busy machine")
            let list = try #require(error)
            #expect(list.problems.count == 200 && list.omitted > 4_000)
            #expect(list.description.utf8.count < 100_000)
        }
    }

    @Test("random changes of a file are read or refused", arguments: 0..<8 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var random = SplitMix(state: seed)
        let alphabet = Array("[]{}:,-/*&!|'\"#\n .0123456789aemsx".utf8) + [0, 0xFF]
        for _ in 0..<400 {
            var bytes = Array((random.next() % 4 == 0 ? Fixture.smallest : Fixture.complete).utf8)
            for _ in 0..<(1 + random.next() % 8) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
                case 1: bytes[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
                case 2: bytes.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count - 1, place + Int(random.next() % 9)))
                }
            }
            read(bytes)
        }
    }
}

/// A generator whose numbers follow from its seed.
private struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
