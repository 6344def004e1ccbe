import IPAM
import Kubernetes

/// Everything that is wrong between us and the API now, and what of it has been told.
struct ProblemReport {
    /// More objects that cannot be read are not kept.
    static let limit = 1_000

    /// Why a watch does not work.
    var watching: [ClusterView.Part: String] = [:]
    /// Objects that cannot be read; what was known of them stays.
    var unreadable: [ClusterView.Part: [ObjectKey: String]] = [:]
    /// Why a Service could not be written to.
    var writing: [ServiceKey: String] = [:]
    /// Why an Event could not be written.
    var events: String?
    /// Why nothing can be written to any Service.
    var away: String?
    /// Why it is not known whether Services that left must be tidied up.
    var sweeping: String?
    /// That the cluster does not know this node.
    var node: String?
    /// That other nodes cannot be talked to.
    var addresses: String?
    /// What there is to say about the state file.
    var state: String?
    private var told: [String] = []

    /// True when it has not been told yet.
    mutating func addUnreadable(_ object: Unreadable, _ part: ClusterView.Part) -> Bool {
        guard let key = object.key else { return true }
        guard unreadable[part, default: [:]].count < Self.limit else { return false }
        return unreadable[part, default: [:]].updateValue(object.description, forKey: key) != object.description
    }

    /// All sentences, if they differ from those of the last call.
    mutating func news() -> [String]? {
        let objects = unreadable.values.flatMap(\.values).sorted()
        // One sentence stands for all Services that fail for one reason.
        let writes = Set(writing.values).sorted().prefix(Self.limit)
        let single = [away, sweeping, node, addresses, events, state].compactMap { $0 }
        let all = watching.values.sorted() + writes + objects + single
        guard all != told else { return nil }
        told = all
        return all
    }
}
