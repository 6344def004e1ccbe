import Announcing
import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

extension FuzzTarget {
    /// What an API server, a kubeconfig, a credential plugin and a state file say.
    static let kubernetes = [services, slices, nodes, watch, status, lease, kubeconfig, plugin, stateFile]

    private static let services = FuzzTarget("service-list", seeds: BoundarySeeds.lists) { octets in
        guard let page = try? JSON.decode(ListPage<Kubernetes.Service>.self, from: octets) else { return }
        plan { $0.take(.replace(page.items, keeping: Set(page.unreadable.compactMap(\.key)))) }
    }

    private static let slices = FuzzTarget("slice-list", seeds: BoundarySeeds.lists) { octets in
        guard let page = try? JSON.decode(ListPage<EndpointSlice>.self, from: octets) else { return }
        plan { $0.take(.replace(page.items, keeping: [])) }
    }

    private static let nodes = FuzzTarget("node-list", seeds: BoundarySeeds.lists) { octets in
        guard let page = try? JSON.decode(ListPage<Kubernetes.Node>.self, from: octets) else { return }
        plan { $0.take(.replace(page.items, keeping: [])) }
    }

    /// A stream of events, in chunks of as many octets as the first says.
    private static let watch = FuzzTarget("watch", seeds: BoundarySeeds.streams) { octets in
        guard let size = octets.first else { return }
        let rest = Array(octets.dropFirst())
        var lines = LineReader(limit: 4096)
        var watcher = Watcher<Kubernetes.Service>(seed: 1)
        var effects = watcher.handle(.started, at: .zero)
        for start in stride(from: 0, to: rest.count, by: Int(size) + 1) {
            let chunk = Array(rest[start..<min(start + Int(size) + 1, rest.count)])
            guard let complete = try? lines.read(chunk) else { return }
            for line in complete {
                do throws(JSON.Malformed) {
                    let event = try JSON.decode(WatchEvent<Kubernetes.Service>.self, from: line)
                    effects += watcher.handle(.received(event), at: .zero)
                } catch {
                    effects += watcher.handle(.malformed(error.description), at: .zero)
                }
            }
        }
        plan { view in
            for case .deliver(let delivery) in effects { view.take(delivery) }
        }
    }

    /// Takes what came into a view, has a planner plan from it, and decides what to write.
    static func plan(_ fill: (inout ClusterView) -> Void) {
        var view = ClusterView(
            claim: ClaimPolicy(), requireEndpoints: false, watchesNodes: false, watchesNamespaces: false)
        view.take(Delivery<Kubernetes.Service>.replace([], keeping: []))
        fill(&view)
        var planner = Planner(settings: BoundarySeeds.settings, isAllocator: true)
        for (subject, fact) in view.takeFacts() {
            switch (subject, fact) {
            case (_, .service(let service)): planner.set(service, at: .zero)
            case (.namespace(let name), .namespace(labels: let labels)): planner.setNamespace(name, labels: labels)
            case (_, .clusterRanges(let ranges)): planner.setClusterRanges(ranges)
            default: break
            }
        }
        planner.sourceIsSynchronised()
        let writing = OutcomeWriting(isAllocator: true)
        for outcome in planner.plan(at: .zero).outcomes {
            guard let service = view.services[outcome.key] else { continue }
            for write in writing.writes(for: outcome, on: service, at: Timestamp(microseconds: 0)) {
                hold(!write.patch.octets.isEmpty, "a patch says something")
            }
        }
        hold(planner.plan(at: .zero).outcomes.isEmpty, "a second plan is empty")
    }

    private static let status = FuzzTarget("status", seeds: BoundarySeeds.statuses) { octets in
        guard let status = try? JSON.decode(Status.self, from: octets) else { return }
        let operation = APIError.Operation(verb: "get", resource: "services", group: "", namespace: nil, name: nil)
        let error = APIError(operation, .status(status))
        hold(!error.description.isEmpty, "an error has a sentence")
        _ = (error.isConflict, error.isAway, error.isNotFound, status.isExpired, status.isFromTheFuture)
    }

    private static let lease = FuzzTarget("lease", seeds: BoundarySeeds.leases) { octets in
        guard let lease = try? JSON.decode(Lease.self, from: octets) else { return }
        var election = LeaseElection(identity: "a", seed: 1)
        let clock = Timestamp(microseconds: 0)
        _ = election.handle(.started, at: .zero, wallClock: clock)
        _ = election.handle(.fetched(lease), at: .zero, wallClock: clock)
        _ = election.handle(.timerFired, at: MonotonicTime(nanoseconds: 20_000_000_000), wallClock: clock)
        _ = election.handle(.fetched(lease), at: MonotonicTime(nanoseconds: .max), wallClock: clock)
        _ = election.handle(.written(lease), at: MonotonicTime(nanoseconds: .max), wallClock: clock)
    }

    private static let kubeconfig = FuzzTarget("kubeconfig", seeds: BoundarySeeds.kubeconfigs) { octets in
        do throws(CredentialsError) {
            _ = try Kubeconfig(octets, path: "/config", environment: [:]).configuration(context: nil)
        } catch {
            hold(!error.description.isEmpty, "a refusal says why")
        }
    }

    private static let plugin = FuzzTarget("credential-plugin", seeds: BoundarySeeds.credentials) { octets in
        let issued = try? CredentialPlugin.read(octets, of: "plugin", now: Timestamp(microseconds: 0))
        if let issued { hold(issued.lifetime > .zero, "what was issued lasts") }
    }

    private static let stateFile = FuzzTarget("state-file", seeds: BoundarySeeds.stateFiles) { octets in
        guard let state = try? StateFile(octets: octets), let written = try? state.octets() else { return }
        hold((try? StateFile(octets: written).octets()) == written, "a state that was read is written alike")
    }
}
