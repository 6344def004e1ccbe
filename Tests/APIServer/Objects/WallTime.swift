import FoundationEssentials
import Glibc

/// Times as the API writes them.
enum WallTime {
    private static var now: timespec {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return time
    }

    private static func text(_ time: timespec, _ format: String) -> String {
        var seconds = time.tv_sec
        var parts = unsafe tm()
        unsafe gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let length = unsafe strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// RFC 3339 in whole seconds.
    static var seconds: String { text(now, "%Y-%m-%dT%H:%M:%SZ") }
    /// As in a `Date` header.
    static var httpDate: String { text(now, "%a, %d %b %Y %H:%M:%S GMT") }

    /// Whether this is a `MicroTime` as the server reads it: with exactly six digits of a fraction.
    static func isMicroTime(_ text: String) -> Bool {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 19 else { return false }
        let digits = parts[1].prefix { $0.isNumber && $0.isASCII }
        return digits.count == 6 && !parts[1].dropFirst(6).isEmpty
    }
}
