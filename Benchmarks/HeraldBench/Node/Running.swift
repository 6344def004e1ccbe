import FoundationEssentials
import Glibc
import Lab
import NetworkTypes

/// A herald that runs on a stage.
final class Running {
    private let site: Site?
    private let process: ChildProcess

    /// Starts it and returns at once.
    convenience init(on stage: Stage, _ site: Site) throws {
        try self.init(
            on: stage.node, stage.herald, ["run", "--config", site.configuration, "--node-name", stage.node.name], site)
    }

    /// As above, with any arguments; without a site it has no Services of its own.
    init(on node: Node, _ herald: String, _ arguments: [String], _ site: Site? = nil) throws {
        self.site = site
        // The lab's own launcher takes some milliseconds; the shell tells when herald itself begins.
        let script = "date +%s%N; exec \"$@\""
        process = try node.start(["sh", "-c", script, "sh", herald] + arguments)
    }

    /// Just before the program was executed.
    func startTime() throws -> MonotonicTime {
        guard let line = process.output.split(separator: "\n").first, let wall = Int64(line) else {
            throw Site.Failure(description: "no start time of herald: \(process.errors.prefix(300))")
        }
        return WallClock.labTime(ofWall: wall)
    }

    /// Returns when the status of each of these is written.
    func waitForStatus(
        of services: [String], within limit: Duration = .seconds(30), every pause: Duration = .milliseconds(5)
    ) throws {
        var missing = services[...]
        try eventually("status of \(services.count) Services", within: limit, every: pause) {
            guard process.isRunning else { return true }
            while let next = missing.first, site?.hasStatus(next) ?? false { missing.removeFirst() }
            return missing.isEmpty
        }
        guard process.isRunning else { throw Site.Failure(description: "herald ended: \(process.errors.suffix(500))") }
    }

    /// SIGTERM, and waits for the end.
    func end() throws { try process.end(grace: .seconds(5)) }

    /// SIGKILL; the time is that before sending.
    func kill9() -> MonotonicTime { process.kill9() }

    // MARK: - Facts

    /// A field of /proc/<pid>/status; memory is in kilobytes of 1,024 octets.
    func status(_ field: String) throws -> Double {
        let lines = try text("status").split(separator: "\n")
        guard let line = lines.first(where: { $0.hasPrefix(field + ":") }),
            let value = line.dropFirst(field.count + 1).split(whereSeparator: \.isWhitespace).first.flatMap({
                Double($0)
            })
        else { throw Site.Failure(description: "no \(field) in the status of herald") }
        return value
    }

    /// In megabytes of 10^6 octets.
    func memory(_ field: String) throws -> Double { try status(field) * 1024 / 1e6 }

    /// Time on a processor so far, of threads that have ended too, in seconds; counted in hundredths.
    func processorTime() throws -> Double { try ProcessorTime.seconds(of: process.pid) }

    /// Time on a processor so far of each thread that there is, in nanoseconds.
    func threadTimes() throws -> [String: Double] {
        let tasks = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(process.pid)/task")
        return try tasks.reduce(into: [:]) { times, task in
            let name = try text("task/\(task)/comm").split(separator: "\n").first ?? ""
            let time = try text("task/\(task)/schedstat").split(separator: " ").first.flatMap { Double($0) }
            times["\(name) (\(task))"] = time ?? 0
        }
    }

    private func text(_ file: String) throws -> String {
        guard let data = FileManager.default.contents(atPath: "/proc/\(process.pid)/\(file)") else {
            throw Site.Failure(description: "/proc/\(process.pid)/\(file) cannot be read; has herald ended?")
        }
        return String(decoding: data, as: UTF8.self)
    }
}
