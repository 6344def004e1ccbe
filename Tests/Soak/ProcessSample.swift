import Foundation

/// What a process uses at one moment.
struct ProcessSample {
    let pid: Int32
    /// Private memory in KiB (`RssAnon`).
    let anonymous: Int
    let threads: Int
    let descriptors: Int

    struct Gone: Error {}

    init(pid: Int32) throws {
        self.pid = pid
        let status = try String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)
        func number(_ name: String) throws -> Int {
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("\(name):") }),
                let value = line.split(whereSeparator: { $0 == "\t" || $0 == " " }).dropFirst().first,
                let number = Int(value)
            else { throw Gone() }
            return number
        }
        anonymous = try number("RssAnon")
        threads = try number("Threads")
        descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count
    }
}
