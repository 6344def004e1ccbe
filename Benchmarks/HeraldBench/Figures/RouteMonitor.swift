import Lab
import NetworkTypes

/// Watches the routes of a node's kernel, and when each came and went.
struct RouteMonitor {
    private let process: ChildProcess
    private static let day: Int64 = 86_400_000_000_000

    init(on node: Node) throws {
        process = try node.start(["stdbuf", "-oL", "ip", "-o", "-ts", "monitor", "route"])
        LabClock.sleep(for: .milliseconds(100))
    }

    func end() { _ = try? process.end() }

    /// The first change of this address's route after `start`: that it comes, or with `isGone` that it goes.
    func waitForChange(of address: IPAddress, isGone: Bool, after start: MonotonicTime) throws -> MonotonicTime {
        try eventually("the route of \(address) changes", within: .seconds(15), every: .milliseconds(5)) {
            process.output.split(separator: "\n").lazy.compactMap { time(of: $0, address, isGone) }
                .first { $0 > start }
        } until: {
            $0 != nil
        }.value ?? start
    }

    /// As in `[2026-01-01T12:00:00.123456] Deleted 10.1.64.1 via 10.1.0.1 dev eth0 proto bird`.
    private func time(of line: Substring, _ address: IPAddress, _ isGone: Bool) -> MonotonicTime? {
        let words = line.split(separator: " ")
        guard words.count > 2, (words[1] == "Deleted") == isGone, words[isGone ? 2 : 1] == "\(address)",
            let clock = words[0].split(separator: "T").last?.dropLast()
        else { return nil }
        let parts = clock.split { $0 == ":" || $0 == "." }.compactMap { Int64($0) }
        guard parts.count == 4 else { return nil }
        let time = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1_000_000_000 + parts[3] * 1_000
        // The moment of today, or of yesterday just before midnight, on the lab's clock.
        let midnight = WallClock.labTime(ofWall: 0).nanoseconds
        let now = (LabClock.now.nanoseconds - midnight) % Self.day
        let ago = (now - time + Self.day) % Self.day
        return MonotonicTime(nanoseconds: LabClock.now.nanoseconds - ago)
    }
}
