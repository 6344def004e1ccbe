import FoundationEssentials
import Glibc

/// What the figures were measured on.
struct Machine: Encodable {
    let kernel: String
    let cores: Int
    /// Over 1, 5 and 15 minutes, before the measurements.
    let load: String

    init() {
        kernel = Self.line("/proc/sys/kernel/osrelease")
        cores = sysconf(Int32(_SC_NPROCESSORS_ONLN))
        load = Self.line("/proc/loadavg").split(separator: " ").prefix(3).joined(separator: " ")
    }

    private static func line(_ path: String) -> String {
        let data = FileManager.default.contents(atPath: path) ?? Data()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "?"
    }
}
