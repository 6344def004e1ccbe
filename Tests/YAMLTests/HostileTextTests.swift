import Testing
import YAML

struct HostileTextTests {
    private static let corpus = [
        "mode: arp\npools:\n  - {name: edge, addresses: [10.0.0.0/24, \"fd00::/64\"]}\n",
        "a: &x [1, 'two', \"t\\u0068ree\\ud83d\\ude00\"]\nb: *x\n--- !!map\nc: |\n  text\n\n  more\nd: >-\n  folded\n  text\n...\n",
        "{\"kind\": \"List\", \"items\": [{\"a\": null, \"b\": -1.5e3}], \"é\": \"\\/\\t\"}",
        "? complex\n: - a\n  - b: c\n    d: ~\n# comment\n%TAG ! x\n",
    ]

    @Test("every beginning of a text is read or refused", arguments: corpus)
    func truncations(text: String) {
        let bytes = Array(text.utf8)
        for length in 0...bytes.count {
            let stream = Parser.read(Array(bytes[..<length]), limits: Limits(aliases: .expand(limit: 100)))
            #expect(!stream.documents.isEmpty || !stream.errors.isEmpty || bytes[..<length].isEmpty)
        }
    }

    @Test("random changes of a text are read or refused", arguments: 0..<8 as Range<UInt64>)
    func mutations(seed: UInt64) {
        var random = SplitMix(state: seed)
        let alphabet = Array("[]{}:,-?&*!|>'\"%@`#\\ud8\n\r\t .~0123456789abc".utf8) + [0, 0x80, 0xC3, 0xFF, 0xEF]
        for _ in 0..<500 {
            var bytes = Array(Self.corpus[Int(random.next() % UInt64(Self.corpus.count))].utf8)
            for _ in 0..<(1 + random.next() % 6) {
                let place = Int(random.next() % UInt64(bytes.count))
                switch random.next() % 4 {
                case 0: bytes[place] ^= 1 << UInt8(random.next() % 8)
                case 1: bytes[place] = alphabet[Int(random.next() % UInt64(alphabet.count))]
                case 2: bytes.insert(alphabet[Int(random.next() % UInt64(alphabet.count))], at: place)
                default: bytes.removeSubrange(place..<min(bytes.count, place + Int(random.next() % 5)))
                }
                if bytes.isEmpty { bytes = [0x61] }
            }
            for limits in [Limits(), Limits(aliases: .expand(limit: 50))] {
                let stream = Parser.read(bytes, limits: limits)
                #expect(stream.errors.map(\.mark) == stream.errors.map(\.mark).sorted())
            }
        }
    }
}

/// A generator whose numbers follow from its seed.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
