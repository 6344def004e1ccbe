import Glibc
import Synchronization

/// What the namespaces and files of one lab begin with: `herald-<pid>-<start time of that process>-<serial>-`.
///
/// The start time tells a process that died from a later one with the same id.
struct LabName: Hashable, Sendable {
    let pid: Int32
    /// In clock ticks after boot (field 22 of `/proc/<pid>/stat`).
    let processStart: UInt64
    let serial: Int

    private static let lastSerial = Atomic(0)

    /// A name nobody else has.
    static func makeUnique() -> LabName {
        let pid = getpid()
        let serial = lastSerial.add(1, ordering: .relaxed).newValue
        return LabName(pid: pid, processStart: startTime(of: pid) ?? 0, serial: serial)
    }

    private init(pid: Int32, processStart: UInt64, serial: Int) {
        self.pid = pid
        self.processStart = processStart
        self.serial = serial
    }

    /// Reads the beginning of the name of a namespace or folder; nil when it is not of a lab.
    init?(prefixOf text: String) {
        let parts = text.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false)
        guard parts.count == 5, parts[0] == "herald", let pid = Int32(parts[1]), pid > 0,
            let start = UInt64(parts[2]), let serial = Int(parts[3])
        else { return nil }
        self.init(pid: pid, processStart: start, serial: serial)
    }

    var prefix: String { "herald-\(pid)-\(processStart)-\(serial)-" }

    /// Where logs and captures go.
    var folder: String { "/tmp/\(prefix)files" }

    /// Whether the process that made the lab is still there.
    var isOwnerAlive: Bool { Self.startTime(of: pid) == processStart }

    private static func startTime(of pid: Int32) -> UInt64? {
        guard let file = try? Descriptor.open("/proc/\(pid)/stat", O_RDONLY) else { return nil }
        // The name of the program may hold blanks and brackets; the fields begin after the last bracket.
        let text = String(decoding: file.read(upTo: 4096), as: UTF8.self)
        guard let bracket = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: bracket)...].split(separator: " ")
        return fields.count > 19 ? UInt64(fields[19]) : nil
    }
}
