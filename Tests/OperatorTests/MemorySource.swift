import Announcing
import IPAM
import LoadBalancing
import NetworkTypes

/// A source of the Services that it was made with, which hands on what it is asked to write.
struct MemorySource: ServiceSource {
    let changes = KeyedMailbox<SourceSubject, SourceFact>()
    let written = KeyedMailbox<ServiceKey, ServiceOutcome>()

    init(_ services: LoadBalancerService...) {
        var facts: [SourceSubject: SourceFact] = [.synchronisation: .synchronised]
        for service in services { facts[.service(service.key)] = .service(service) }
        changes.post(facts)
    }

    func run() async throws {}

    func write(_ outcomes: [ServiceOutcome]) async {
        written.post(Dictionary(outcomes.map { ($0.key, $0) }) { _, newer in newer })
    }

    func publish(_ events: [ServiceEvent]) async {}
}
