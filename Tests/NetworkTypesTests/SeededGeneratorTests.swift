import NetworkTypes
import Testing

@Suite("Seeded random numbers")
struct SeededGeneratorTests {
    @Test("a seed of zero gives the published sequence of SplitMix64")
    func knownSequence() {
        var generator = SeededGenerator(seed: 0)
        #expect(generator.next() == 0xE220_A839_7B1D_CDAF)
        #expect(generator.next() == 0x6E78_9E6A_A1B9_65F4)
        #expect(generator.next() == 0x06C4_5D18_8009_454F)
    }

    @Test("a share stays between its bounds and is not always the same", arguments: 0..<20 as Range<UInt64>)
    func shares(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let shares = (0..<100).map { _ in generator.share(75...100, of: .seconds(4)) }
        #expect(shares.allSatisfy { (.seconds(3) ... .seconds(4)).contains($0) })
        #expect(Set(shares).count > 50)
    }
}
