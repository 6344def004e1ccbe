import Configuration
import IPAM
import LoadBalancing
import YAML

/// What one file of manifests holds.
struct Manifest: Hashable, Sendable {
    /// A Service and where it begins.
    struct Entry: Hashable, Sendable {
        let service: LoadBalancerService
        let mark: Mark
    }

    /// An object of a kind that says nothing about load balancing.
    struct Ignored: Hashable, Sendable {
        let kind: String
        let mark: Mark
    }

    /// In the order of the file; no two with one key.
    var services: [Entry] = []
    /// Services that are in the file and have an error. What was known of them before is better than nothing.
    var refused: Set<ServiceKey> = []
    /// False when a part of the file has an error and may hold Services whose names are not known.
    var isComplete = true
    /// At most 1000.
    var ignored: [Ignored] = []
    /// Errors only.
    var problems: ProblemList
}
