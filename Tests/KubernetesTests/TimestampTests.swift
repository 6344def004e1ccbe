import Testing

@testable import Kubernetes

@Suite("Times")
struct TimestampTests {
    static let vectors: [(String, Int64)] = [
        ("1970-01-01T00:00:00.000000Z", 0), ("2026-01-01T00:00:05.000000Z", 1_767_225_605_000_000),
        ("2000-02-29T23:59:59.999999Z", 951_868_799_999_999), ("1969-12-31T23:59:59.999999Z", -1),
        ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
        ("0000-01-01T00:00:00.000000Z", -62_167_219_200_000_000),
    ]

    @Test("text and number in both directions", arguments: vectors)
    func both(text: String, microseconds: Int64) {
        #expect(Timestamp(text)?.microseconds == microseconds)
        #expect(Timestamp(microseconds: microseconds).microTime == text)
    }

    @Test(
        "other spellings",
        arguments: [
            ("2026-01-01T00:00:05Z", "2026-01-01T00:00:05.000000Z"),
            ("2026-01-01T01:00:05+01:00", "2026-01-01T00:00:05.000000Z"),
            ("2025-12-31T19:30:05.5-04:30", "2026-01-01T00:00:05.500000Z"),
            ("2026-01-01T00:00:05.123456789z", "2026-01-01T00:00:05.123456Z"),
        ])
    func spellings(text: String, canonical: String) {
        #expect(Timestamp(text)?.microTime == canonical)
    }

    @Test(
        "what is no time",
        arguments: [
            "", "2026", "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-01T24:00:00Z", "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z", "2026-01-01T00:00:00Zx", "2026-01-01 00:00:00Z", "-026-01-01T00:00:00Z",
            "٢٠٢٦-01-01T00:00:00Z",
        ])
    func invalid(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("numbers out of range are clamped", arguments: [Int64.min, .max])
    func clamped(number: Int64) {
        #expect(Timestamp(Timestamp(microseconds: number).microTime) == Timestamp(microseconds: number))
    }

    @Test("any number comes back", arguments: 0..<100 as Range<Int64>)
    func roundTrip(seed: Int64) {
        let time = Timestamp(microseconds: seed &* 0x1234_5678_9ABC_DE % 253_402_300_799_999_999)
        #expect(Timestamp(time.microTime) == time)
    }
}
