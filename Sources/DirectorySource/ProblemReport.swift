import Logging

/// Everything that is wrong now, and what of it people have been told.
struct ProblemReport {
    /// More sentences are not kept.
    static let limit = 1_000

    /// Why changes are seen late.
    var watching: String?
    /// Why the state files could not be read.
    var loading: String?
    /// What was wrong with single state files at the start.
    var damaged: [String] = []
    /// Why something could not be written.
    var writing: String?
    /// What other nodes do not have.
    var missing: [String] = []
    private var told: [String] = []

    /// All sentences if they differ from those of the last call, and logs those that are new.
    mutating func news(manifests: ManifestSet, _ logger: Logger) -> [String]? {
        let own =
            [loading, writing, watching].compactMap { $0 } + damaged.prefix(Self.limit)
            + missing.prefix(Self.limit)
        let all = own + manifests.problems(limit: Self.limit)
        guard all != told else { return nil }
        let known = Set(told)
        for problem in all where !known.contains(problem) {
            logger.error(
                "something is wrong with the manifests or the state directory", metadata: ["error": "\(problem)"])
        }
        if all.isEmpty { logger.notice("nothing is wrong with the manifests any more") }
        told = all
        return all
    }
}
