import NetworkTypes

/// Changes well-formed inputs at random. What it does follows from its seed.
struct Mutator {
    private var random: SeededGenerator
    private var pool: [[UInt8]]

    private static let longest = 4096

    init(_ inputs: [[UInt8]], seed: UInt64) {
        random = SeededGenerator(seed: seed)
        pool = inputs + [[]]
    }

    mutating func next() -> [UInt8] {
        var input = pool[number(pool.count)]
        for _ in 0...number(5) { mutate(&input) }
        input = Array(input.prefix(Self.longest))
        // Some go on from where others led.
        if number(64) == 0, pool.count < 512 { pool.append(input) }
        return input
    }

    private mutating func number(_ limit: Int) -> Int { Int.random(in: 0..<max(limit, 1), using: &random) }

    private mutating func mutate(_ input: inout [UInt8]) {
        guard !input.isEmpty else { return input.append(UInt8(number(256))) }
        let place = number(input.count)
        switch number(9) {
        case 0: input[place] = UInt8(number(256))
        case 1: input[place] ^= 1 << UInt8(number(8))
        case 2: input.remove(at: place)
        case 3: input.insert(UInt8(number(256)), at: place)
        case 4: input.removeSubrange(place..<min(place + number(32) + 1, input.count))
        case 5:
            let piece = input[place..<min(place + number(64) + 1, input.count)]
            input.insert(contentsOf: piece, at: number(input.count))
        case 6: input[place] = [0, 1, 0x7F, 0x80, 0xFF, 0x0A, 0x22, 0x7B][number(8)]
        case 7: input = Array(input.prefix(place))
        default:
            let other = pool[number(pool.count)]
            input = Array(input.prefix(place)) + other.dropFirst(number(other.count))
        }
    }
}
