import NetworkTypes
import YAML

/// Durations as people write them: `50ms`, `5s`, `1h30m`.
enum DurationText {
    /// From the longest to the shortest, as they follow one another.
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("h", 3_600_000), ("m", 60_000), ("s", 1_000), ("ms", 1),
    ]

    /// Whole numbers with units, the longest unit first, each at most once.
    static func duration(from text: String) throws(Objection) -> Duration {
        var rest = text[...]
        var remainingUnits = units[...]
        var milliseconds: Int64 = 0
        guard !rest.isEmpty else { throw malformed(text) }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(digits.count)
            let name = rest.prefix { $0.isLetter }
            rest = rest.dropFirst(name.count)
            guard !digits.isEmpty, rest.first != "." else { throw malformed(text) }
            guard !name.isEmpty else {
                throw Objection("\(quoted(text)) has no unit", cure: "write \(digits.prefix(9))s, or with h, m or ms")
            }
            guard digits.count <= 9, let number = Int64(digits) else {
                throw Objection("\(quoted(text)) is too long", cure: "write a shorter duration")
            }
            guard let place = remainingUnits.firstIndex(where: { $0.name == name }) else {
                throw units.contains { $0.name == name }
                    ? malformed(text)
                    : Objection(
                        "\(quoted(text)) has the unknown unit \(quoted(String(name)))", cure: "use h, m, s or ms")
            }
            milliseconds += number * remainingUnits[place].milliseconds
            remainingUnits = remainingUnits[(place + 1)...]
        }
        return .milliseconds(milliseconds)
    }

    /// The shortest text that gives this duration, which is rounded down to milliseconds.
    static func text(of duration: Duration) -> String {
        var rest = duration.wholeNanoseconds / 1_000_000
        guard rest > 0 else { return "0s" }
        var text = ""
        for unit in units where rest >= unit.milliseconds {
            text += "\(rest / unit.milliseconds)\(unit.name)"
            rest %= unit.milliseconds
        }
        return text
    }

    private static func malformed(_ text: String) -> Objection {
        Objection(
            "\(quoted(text)) is not a duration", cure: "write whole numbers with units, as in 50ms, 5s, 2m or 1h30m")
    }
}
