import FoundationEssentials
import Glibc

/// What the figures were measured on.
struct Machine: Encodable {
    let kernel: String
    let cores: Int
    /// The model of the first.
    let processor: String
    /// Over 1, 5 and 15 minutes, before the measurements.
    let load: String

    init() {
        kernel = Self.line("/proc/sys/kernel/osrelease")
        processor = Self.model
        cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        load = Self.line("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ")
    }

    private static var model: String {
        let data = FileManager.default.contents(atPath: "/proc/cpuinfo") ?? Data()
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
        let line = lines.first { $0.hasPrefix("model name") || $0.hasPrefix("CPU part") }
        return line?.split(separator: ":").last.map { String($0.drop { $0 == " " }) } ?? "an unnamed processor"
    }

    private static func line(_ path: String) -> String {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "?"
    }
}
