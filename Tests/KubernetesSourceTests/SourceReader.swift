import Announcing
import IPAM
import KubernetesSource
import LoadBalancing
import NIOConcurrencyHelpers

/// What a reader of the source has been told.
final class SourceReader: Sendable {
    struct Seen {
        var services: [String: LoadBalancerService] = [:]
        var problems: [String] = []
        var isSynchronised = false
        var allocations: [Bool] = []
    }
    let seen = NIOLockedValueBox(Seen())

    func follow(_ source: KubernetesSource) async {
        while let facts = await source.changes.take() {
            seen.withLockedValue { seen in
                for (subject, fact) in facts {
                    switch (subject, fact) {
                    case (.service(let key), .service(let service)): seen.services[key.name] = service
                    case (.service(let key), _): seen.services[key.name] = nil
                    case (.problems, .problems(let problems)): seen.problems = problems
                    case (.synchronisation, _): seen.isSynchronised = true
                    case (.allocation, .allocation(let isOwn, waiting: nil, keepsStatus: false)):
                        seen.allocations.append(isOwn)
                    default: break
                    }
                }
            }
        }
    }

    var isSynchronised: Bool { seen.withLockedValue { $0.isSynchronised } }
    /// What was said of whether this node allocates, in order.
    var allocations: [Bool] { seen.withLockedValue { $0.allocations } }
    var problems: [String] { seen.withLockedValue { $0.problems } }
    func service(_ name: String) -> LoadBalancerService? { seen.withLockedValue { $0.services[name] } }
}
