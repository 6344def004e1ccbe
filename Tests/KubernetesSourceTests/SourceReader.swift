import Announcing
import IPAM
import KubernetesSource
import LoadBalancing
import Synchronization

/// What a reader of the source has been told.
final class SourceReader: Sendable {
    struct Seen {
        var services: [String: LoadBalancerService] = [:]
        var problems: [String] = []
        var isSynchronised = false
    }
    let seen = Mutex(Seen())

    func follow(_ source: KubernetesSource) async {
        while let facts = await source.changes.take() {
            seen.withLock { seen in
                for (subject, fact) in facts {
                    switch (subject, fact) {
                    case (.service(let key), .service(let service)): seen.services[key.name] = service
                    case (.service(let key), _): seen.services[key.name] = nil
                    case (.problems, .problems(let problems)): seen.problems = problems
                    case (.synchronisation, _): seen.isSynchronised = true
                    default: break
                    }
                }
            }
        }
    }

    var isSynchronised: Bool { seen.withLock { $0.isSynchronised } }
    var problems: [String] { seen.withLock { $0.problems } }
    func service(_ name: String) -> LoadBalancerService? { seen.withLock { $0.services[name] } }
}
