/// A point in civil time, UTC, to the microsecond, as Kubernetes writes it (`MicroTime`, and `Time` in whole seconds).
public struct Timestamp: Hashable, Sendable, Comparable {
    /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
    public let microseconds: Int64

    /// Clamped to the years 0 to 9999, which are all that the format can write.
    public init(microseconds: Int64) {
        self.microseconds = min(max(microseconds, Self.earliest), Self.latest)
    }

    private static let earliest: Int64 = -62_167_219_200_000_000
    private static let latest: Int64 = 253_402_300_799_999_999
    private static let perDay: Int64 = 86_400_000_000

    /// The earlier one is less.
    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// With exactly six fraction digits, which the API server insists on.
    public var microTime: String {
        let fraction = Self.padded(Self.remainder(microseconds, 1_000_000), 6)
        return "\(wholeSeconds).\(fraction)Z"
    }

    /// As `microTime`, without the fraction.
    public var time: String { wholeSeconds + "Z" }

    private var wholeSeconds: String {
        let timeOfDay = Self.remainder(microseconds, Self.perDay)
        let (year, month, day) = Self.date(ofDay: (microseconds - timeOfDay) / Self.perDay)
        let seconds = timeOfDay / 1_000_000
        let date = "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(day, 2))"
        let clock = [seconds / 3600, seconds / 60 % 60, seconds % 60].map { Self.padded($0, 2) }
        return "\(date)T\(clock.joined(separator: ":"))"
    }

    /// Reads RFC 3339 with any number of fraction digits and a zone; nil for anything else.
    public init?(_ text: String) {
        guard text.utf8.count <= 64 else { return nil }
        var rest = Array(text.utf8)[...]
        guard let year = Self.number(&rest, 4), Self.skip(&rest, "-"),
            let month = Self.number(&rest, 2),
            Self.skip(&rest, "-"), let day = Self.number(&rest, 2),
            Self.skip(&rest, "T") || Self.skip(&rest, "t"),
            let hour = Self.number(&rest, 2), Self.skip(&rest, ":"), let minute = Self.number(&rest, 2),
            Self.skip(&rest, ":"), let second = Self.number(&rest, 2),
            (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
        else { return nil }
        guard let fraction = Self.fraction(&rest), let offset = Self.offset(&rest), rest.isEmpty else {
            return nil
        }
        let seconds = hour * 3600 + minute * 60 + second - offset
        self.init(
            microseconds: Self.day(year, month, day) * Self.perDay + seconds * 1_000_000 + fraction)
    }
}

// The proleptic Gregorian calendar, in years that begin in March so that the leap day comes last.
extension Timestamp {
    private static func day(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month > 2 ? year : year - 1
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func date(ofDay number: Int64) -> (Int64, Int64, Int64) {
        let shifted = number + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month,
            dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        )
    }

    private static func remainder(_ value: Int64, _ divisor: Int64) -> Int64 {
        let remainder = value % divisor
        return remainder < 0 ? remainder + divisor : remainder
    }

    private static func padded(_ value: Int64, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Timestamp {
    private static func skip(_ rest: inout ArraySlice<UInt8>, _ character: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: character) else { return false }
        rest.removeFirst()
        return true
    }

    private static func number(_ rest: inout ArraySlice<UInt8>, _ width: Int) -> Int64? {
        var number: Int64 = 0
        for _ in 0..<width {
            guard let digit = digit(&rest) else { return nil }
            number = number * 10 + digit
        }
        return number
    }

    private static func digit(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard let first = rest.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return nil
        }
        rest.removeFirst()
        return Int64(first - UInt8(ascii: "0"))
    }

    private static func fraction(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        guard skip(&rest, ".") else { return 0 }
        var microseconds: Int64 = 0
        var place: Int64 = 100_000
        var count = 0
        while let digit = digit(&rest) {
            microseconds += digit * place
            place /= 10
            count += 1
        }
        return count > 0 ? microseconds : nil
    }

    private static func offset(_ rest: inout ArraySlice<UInt8>) -> Int64? {
        if skip(&rest, "Z") || skip(&rest, "z") { return 0 }
        let isNegative = skip(&rest, "-")
        guard isNegative || skip(&rest, "+"), let hours = number(&rest, 2), skip(&rest, ":"),
            let minutes = number(&rest, 2), hours < 24, minutes < 60
        else { return nil }
        return (hours * 3600 + minutes * 60) * (isNegative ? -1 : 1)
    }
}

extension Timestamp: Decodable {
    /// Throws for a text that is no time.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Timestamp(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not a time")
        }
        self = value
    }
}
