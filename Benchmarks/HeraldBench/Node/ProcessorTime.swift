import FoundationEssentials
import Glibc

/// What a process has computed so far.
enum ProcessorTime {
    /// Seconds of the process and of the kernel for it.
    static func seconds(of pid: Int32) throws -> Double {
        let path = "/proc/\(pid)/stat"
        let text = FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) } ?? ""
        // The name in brackets may hold blanks; utime and stime are the fields 14 and 15.
        let fields = text.split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else {
            throw Site.Failure(description: "\(path) cannot be understood")
        }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
