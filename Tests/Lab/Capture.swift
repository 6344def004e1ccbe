import Glibc
import NetworkTypes

/// Frames recorded on an interface, from the return of `capture` to `stop`.
public final class Capture: Sendable {
    /// The pcap file; it goes with the lab.
    public let path: String
    /// Frames are whole and in the file at once, so it can be decoded while the capture runs.
    private let process: ChildProcess
    /// From wall-clock time to the lab's clock.
    let wallOffset: Int64

    /// Returns when tcpdump listens.
    ///
    /// A bridge hands frames for others to tcpdump only when it is promiscuous; a node's card is left as it is, because
    /// programs under test see the change.
    init(
        in namespace: Namespace, interface: String, isPromiscuous: Bool, filter: String, roster: Roster
    ) throws(LabError) {
        path = roster.makePath("capture", "pcap")
        wallOffset = LabClock.wallOffset
        var command = [try Tool.tcpdump.path(), "-i", interface, "-n", "-U", "--immediate-mode", "-s", "0"]
        command += ["-B", "16384", "--time-stamp-precision=nano", "-Z", "root", "-w", path]
        command += (isPromiscuous ? [] : ["-p"]) + [filter]
        process = try ChildProcess(Launch(command: try namespace.launcher + command), showing: command)
        roster.add(process)
        try process.waitUntilItSays("listening on")
    }

    /// Whether it still records.
    public var isRunning: Bool { process.isRunning }

    /// Ends the recording; what was on the wire before the call is in the file. Throws when frames were lost.
    public func stop() throws(LabError) {
        guard process.isRunning else { return }
        // Frames just sent may be on their way through the kernel's ring.
        LabClock.sleep(for: .milliseconds(20))
        process.signal(SIGINT)
        try process.wait(timeout: .seconds(5))
        guard process.errors.contains("\n0 packets dropped by kernel") else {
            throw .unreadable("capture without losses", text: process.errors)
        }
    }
}
