import NetworkTypes
import Testing

@testable import Configuration

struct ValueTests {
    @Test(
        "durations are numbers with units, the longest first",
        arguments: [
            ("0s", .zero), ("50ms", .milliseconds(50)), ("5s", .seconds(5)), ("2m", .seconds(120)),
            ("1h30m", .seconds(5_400)), ("1m1ms", .milliseconds(60_001)), ("8760h", .seconds(31_536_000)),
        ] as [(String, Duration)])
    func durations(text: String, duration: Duration) throws {
        #expect(try DurationText.duration(from: text) == duration)
        #expect(DurationText.text(of: duration) == text)
    }

    @Test(
        "other durations are refused",
        arguments: [
            "", "5", "s", "-5s", "+5s", "1.5s", "5 s", "5S", "5d", "5us", "30m1h", "5s5s", "5s5", "1000000000h", "٥s",
            "5s.",
            "5m5",
        ])
    func badDurations(text: String) {
        #expect(throws: Objection.self) { try DurationText.duration(from: text) }
    }

    @Test(
        "interface patterns match whole names",
        arguments: [
            ("eth0", "eth0", true), ("eth0", "eth01", false), ("eth*", "eth", true), ("eth*", "eth0.100", true),
            ("*", "lo", true), ("e?s*0", "ens160", true), ("e?s*0", "ens161", false), ("*a*b*c", "xaybzc", true),
            ("*a*b*c", "xaybzcd", false), ("???", "lo", false), ("*.100", "bond0.100", true),
        ])
    func patterns(pattern: String, name: String, matches: Bool) throws {
        #expect(try #require(InterfacePattern(pattern)).matches(name) == matches)
    }

    @Test(
        "what no interface can be called is no pattern",
        arguments: [
            "", ".", "..", "eth 0", "a/b", "eth:0", "sixteen-letters-", "eth[0-9]", "é", "!lo",
            "****************************************",
        ])
    func badPatterns(text: String) {
        #expect(InterfacePattern(text) == nil)
    }

    @Test(
        "the nearest word is what was probably meant",
        arguments: [
            ("adresses", "addresses"), ("Addresses", "addresses"), ("naem", "name"), ("autoassign", "autoAssign"),
            ("mod", "mode"), ("xyz", nil), ("", nil), (String(repeating: "a", count: 100_000), nil),
        ] as [(String, String?)])
    func nearest(word: String, expected: String?) {
        #expect(NearestWord.nearest(to: word, among: ["name", "addresses", "autoAssign", "mode"]) == expected)
    }

    @Test(
        "changes are counted, swaps as one",
        arguments: [("", "", 0), ("", "ab", 2), ("abc", "acb", 1), ("kitten", "sitting", 3)])
    func distance(left: String, right: String, expected: Int) {
        #expect(NearestWord.distance(Array(left.unicodeScalars), Array(right.unicodeScalars)) == expected)
    }
}
