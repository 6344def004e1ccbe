import Synchronization

/// The herald that the test at hand is about; there is one test at a time.
enum LatestHerald {
    private static let current = Mutex<HeraldNode?>(nil)

    /// Kept until the next one, since an error is told when the test's own scope has ended.
    static func set(_ herald: HeraldNode) {
        current.withLock { $0 = herald }
    }

    /// The end of its log, for the report of an issue.
    static var logTail: String? {
        guard let log = current.withLock({ $0 })?.log, !log.isEmpty else { return nil }
        return "herald's log:\n" + log.split(separator: "\n").suffix(60).joined(separator: "\n")
    }
}
