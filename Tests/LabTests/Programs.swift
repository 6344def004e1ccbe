import FoundationEssentials

/// Processes of the host.
enum Programs {
    /// False for a zombie too, which nobody may care to reap.
    static func isAlive(_ pid: Int32) -> Bool {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/ns/net")) != nil
    }

    /// Next to the tests, where the package builds it.
    static func probePath() throws -> String {
        let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return own.split(separator: "/").dropLast().reduce("") { "\($0)/\($1)" } + "/lab-probe"
    }
}
