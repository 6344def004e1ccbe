import Announcing
import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes
import Testing

@testable import KubernetesSource

@Suite("What is known of the cluster")
struct ViewTests {
    private func view(requireEndpoints: Bool = true, nodes: Bool = false, namespaces: Bool = false) -> ClusterView {
        ClusterView(
            claim: ClaimPolicy(), requireEndpoints: requireEndpoints, watchesNodes: nodes,
            watchesNamespaces: namespaces)
    }

    private func synchronised() throws -> ClusterView {
        var view = view()
        view.take(.replace([try Objects.service()], keeping: []))
        view.take(Delivery<EndpointSlice>.replace([], keeping: []))
        _ = view.takeFacts()
        return view
    }

    private func service(_ facts: [SourceSubject: SourceFact]) -> LoadBalancerService? {
        guard case .service(let service) = facts[.service(Objects.key)] else { return nil }
        return service
    }

    @Test("nothing is said before everything needed is there; then all in one batch with .synchronised")
    func synchronisation() throws {
        var view = view(nodes: true, namespaces: true)
        view.take(.replace([try Objects.service()], keeping: []))
        #expect(view.takeFacts().isEmpty)
        let space: Kubernetes.Namespace = try Objects.decode(#"{"metadata":{"name":"default"}}"#)
        view.take(.replace([space], keeping: []))
        view.take(Delivery<Kubernetes.Node>.replace([], keeping: []))
        #expect(view.takeFacts().isEmpty)
        #expect(view.needsEndpointSlices)
        view.take(.replace([try Objects.slice("s", Objects.endpoint("a"))], keeping: []))
        let facts = view.takeFacts()
        #expect(facts[.synchronisation] == .synchronised)
        #expect(service(facts)?.endpoints == .known(.init(readyNodes: ["a"])))
        #expect(view.takeFacts().isEmpty)
    }

    @Test("slices are not waited for where no Service needs them")
    func withoutSlices() throws {
        var view = view(requireEndpoints: false)
        view.take(.replace([try Objects.service()], keeping: []))
        #expect(!view.needsEndpointSlices)
        let facts = view.takeFacts()
        #expect(facts[.synchronisation] == .synchronised)
        #expect(service(facts)?.endpoints == .unknown)
        view.take(.put(try Objects.service(version: "11", spec: #""externalTrafficPolicy":"Local""#)))
        #expect(view.needsEndpointSlices)
        // What was said of it stays in force until its endpoints are known.
        #expect(view.takeFacts().isEmpty)
        view.take(.replace([try Objects.slice("web-1", Objects.endpoint("a"))], keeping: []))
        #expect(service(view.takeFacts())?.endpoints == .known(.init(readyNodes: ["a"])))
    }

    @Test("a change that does not concern us says nothing; one that does is said once")
    func changes() throws {
        var view = try synchronised()
        view.take(.put(try Objects.service(version: "11", metadata: #""annotations":{"x/y":"z"}"#)))
        #expect(view.takeFacts().isEmpty)
        view.take(.put(try Objects.service(version: "12", conditions: Objects.others)))
        #expect(view.takeFacts().isEmpty)
        view.take(.put(try Objects.service(version: "13", spec: #""loadBalancerIP":"192.0.2.1""#)))
        #expect(view.takeFacts().count == 1)
        #expect(view.takeFacts().isEmpty)
        view.take(Delivery<Kubernetes.Service>.remove(ObjectKey(Objects.key)))
        #expect(view.takeFacts() == [.service(Objects.key): .serviceGone])
    }

    @Test("an answer to a write is ahead of the watch; what the watch brings late takes nothing back")
    func answers() throws {
        var view = try synchronised()
        let written = try Objects.service(
            version: "12", metadata: #""annotations":{"herald-lb.io/assigned":"192.0.2.1"}"#)
        #expect(view.absorb(written) == true)
        #expect(service(view.takeFacts())?.recordedAddresses == [Objects.address("192.0.2.1")])
        view.take(.put(try Objects.service(version: "11")))
        #expect(view.takeFacts().isEmpty)
        view.take(.put(written))
        #expect(view.takeFacts().isEmpty)
    }

    @Test("an answer brings no Service back, and not that of another UID")
    func lateAnswers() throws {
        var view = try synchronised()
        #expect(view.absorb(try Objects.service(uid: "u2", version: "20")) == false)
        view.take(Delivery<Kubernetes.Service>.remove(ObjectKey(Objects.key)))
        #expect(view.absorb(try Objects.service(version: "20")) == false)
        #expect(view.takeFacts() == [.service(Objects.key): .serviceGone])
    }

    @Test("an answer that shows a Service to be no load balancer any more is as good as the watch")
    func answerOfAnotherType() throws {
        var view = try synchronised()
        var changed = try Objects.service(version: "20")
        changed.spec.type = "ClusterIP"
        #expect(view.absorb(changed) == false)
        #expect(view.takeFacts() == [.service(Objects.key): .serviceGone])
    }

    @Test("an answer that the watch has overtaken takes no Service away")
    func overtakenAnswerOfAnotherType() throws {
        var view = try synchronised()
        var changed = try Objects.service(version: "9")
        changed.spec.type = "ClusterIP"
        #expect(view.absorb(changed) == true)
        #expect(view.takeFacts().isEmpty)
        #expect(view.services.contains(Objects.key))
    }

    @Test("a server that was put back to an earlier state is believed; a list that an answer overtook is not")
    func restored() throws {
        var view = try synchronised()
        view.take(.put(try Objects.service(version: "20")))
        #expect(view.absorb(try Objects.service(version: "22")))
        view.take(.replace([try Objects.service(version: "20")], keeping: [], version: "21"))
        #expect(view.services[Objects.key]?.metadata.resourceVersion == "22")
        view.take(.replace([try Objects.service(version: "9")], keeping: [], version: "12"))
        #expect(view.services[Objects.key]?.metadata.resourceVersion == "9")
        view.take(.put(try Objects.service(version: "13")))
        #expect(view.services[Objects.key]?.metadata.resourceVersion == "13")
    }

    @Test("a new Service waits for its namespace; one with a record does not")
    func namespaceLater() throws {
        var view = view(nodes: false, namespaces: true)
        view.take(Delivery<Kubernetes.Service>.replace([], keeping: []))
        view.take(Delivery<EndpointSlice>.replace([], keeping: []))
        view.take(Delivery<Kubernetes.Namespace>.replace([], keeping: []))
        #expect(view.takeFacts() == [.synchronisation: .synchronised])
        view.take(.put(try Objects.service()))
        #expect(view.takeFacts().isEmpty)
        let recorded = ServiceKey(namespace: "default", name: "recorded")
        let record = #""annotations":{"herald-lb.io/assigned":"192.0.2.1"}"#
        view.take(.put(try Objects.service(name: "recorded", metadata: record)))
        #expect(Set(view.takeFacts().keys) == [.service(recorded)])
        let space: Kubernetes.Namespace = try Objects.decode(#"{"metadata":{"name":"default","labels":{"k":"v"}}}"#)
        view.take(.put(space))
        #expect(Set(view.takeFacts().keys) == [.service(Objects.key), .namespace("default")])
    }

    @Test("a Service created again under its name is taken whatever its version")
    func recreated() throws {
        var view = try synchronised()
        view.take(.put(try Objects.service(uid: "u2", version: "5")))
        #expect(service(view.takeFacts())?.uid == "u2")
    }

    @Test("a Service that leaves with what herald wrote is told once; a deleted one is not")
    func departures() throws {
        var view = try synchronised()
        let key = ObjectKey(Objects.key)
        view.take(Delivery<Kubernetes.Service>.remove(key))
        #expect(view.takeDepartures().isEmpty)
        view.take(.put(try Objects.service(conditions: Objects.ours)))
        view.take(Delivery<Kubernetes.Service>.remove(key))
        #expect(view.takeDepartures() == [.init(key: Objects.key, uid: "u1")])
        #expect(view.takeDepartures().isEmpty)
        view.take(
            .put(
                try Objects.service(
                    metadata: #""deletionTimestamp":"2026-01-01T00:00:00Z""#, conditions: Objects.ours)))
        view.take(Delivery<Kubernetes.Service>.remove(key))
        #expect(view.takeDepartures().isEmpty)
    }

    @Test("slices come, move to another Service, go, and are read all again")
    func slices() throws {
        var view = try synchronised()
        view.take(.put(try Objects.slice("s", Objects.endpoint("a"))))
        #expect(service(view.takeFacts())?.endpoints == .known(.init(readyNodes: ["a"])))
        view.take(.put(try Objects.slice("s", service: "other", Objects.endpoint("a"))))
        #expect(service(view.takeFacts())?.endpoints == .known(.init()))
        view.take(.put(try Objects.slice("t", Objects.endpoint("b"))))
        view.take(.put(try Objects.slice("u", Objects.endpoint("c"))))
        #expect(service(view.takeFacts())?.endpoints == .known(.init(readyNodes: ["b", "c"])))
        view.take(Delivery<EndpointSlice>.replace([], keeping: [ObjectKey(namespace: "default", name: "u")]))
        #expect(service(view.takeFacts())?.endpoints == .known(.init(readyNodes: ["c"])))
        view.take(Delivery<EndpointSlice>.remove(ObjectKey(namespace: "default", name: "u")))
        #expect(service(view.takeFacts())?.endpoints == .known(.init()))
    }

    @Test("slices that came before their Service count")
    func slicesFirst() throws {
        var view = try synchronised()
        view.take(.put(try Objects.slice("s", service: "late", Objects.endpoint("a"))))
        #expect(view.takeFacts().isEmpty)
        view.take(.put(try Objects.service(name: "late")))
        let key = ServiceKey(namespace: "default", name: "late")
        guard case .service(let service) = view.takeFacts()[.service(key)] else {
            Issue.record("no Service")
            return
        }
        #expect(service.endpoints == .known(.init(readyNodes: ["a"])))
    }

    @Test("nodes and namespaces come, change and go")
    func nodesAndNamespaces() throws {
        var view = view(nodes: true, namespaces: true)
        view.take(Delivery<Kubernetes.Service>.replace([], keeping: []))
        let node: Kubernetes.Node = try Objects.decode(#"{"metadata":{"name":"a","labels":{"x":"y"}}}"#)
        let space: Kubernetes.Namespace = try Objects.decode(#"{"metadata":{"name":"web","labels":{"k":"v"}}}"#)
        view.take(.replace([node], keeping: []))
        view.take(.replace([space], keeping: []))
        let facts = view.takeFacts()
        #expect(facts[.node("a")] == .node(NodeFacts(name: "a", labels: ["x": "y"])))
        #expect(facts[.namespace("web")] == .namespace(labels: ["k": "v"]))
        #expect(facts[.synchronisation] == .synchronised)
        view.take(Delivery<Kubernetes.Node>.replace([], keeping: []))
        view.take(Delivery<Kubernetes.Namespace>.remove(ObjectKey(name: "web")))
        #expect(view.takeFacts() == [.node("a"): .nodeGone, .namespace("web"): .namespaceGone])
    }

    @Test("other nodes without an address are known")
    func silentNodes() throws {
        var view = view(nodes: true)
        let nodes: [Kubernetes.Node] = try ["a", "b", "c"].map { name in
            let address = name == "c" ? #"{"type":"InternalIP","address":"192.0.2.3"}"# : ""
            return try Objects.decode(#"{"metadata":{"name":"\#(name)"},"status":{"addresses":[\#(address)]}}"#)
        }
        view.take(.replace(nodes, keeping: []))
        #expect(view.nodesWithoutAddress(besides: "a") == ["b"])
    }

    private func block(_ name: String, _ blocks: String) throws -> ServiceCIDR {
        try Objects.decode(#"{"metadata":{"name":"\#(name)"},"spec":{"cidrs":[\#(blocks)]}}"#)
    }

    private func ranges(_ blocks: String...) -> SourceFact { .clusterRanges(blocks.compactMap { CIDR($0)?.range }) }

    @Test("the ranges of cluster IPs are waited for, come, change and go")
    func serviceCIDRs() throws {
        var view = ClusterView(
            claim: ClaimPolicy(), requireEndpoints: false, watchesNodes: false, watchesNamespaces: false,
            watchesServiceCIDRs: true)
        view.take(Delivery<Kubernetes.Service>.replace([], keeping: []))
        #expect(view.takeFacts().isEmpty)
        view.take(.replace([try block("kubernetes", #""10.96.0.0/16","fd96::/112","nonsense""#)], keeping: []))
        let facts = view.takeFacts()
        #expect(facts[.clusterRanges] == ranges("10.96.0.0/16", "fd96::/112"))
        #expect(facts[.synchronisation] == .synchronised)
        view.take(.put(try block("more", #""10.97.0.0/24""#)))
        #expect(view.takeFacts() == [.clusterRanges: ranges("10.96.0.0/16", "10.97.0.0/24", "fd96::/112")])
        view.take(Delivery<ServiceCIDR>.remove(ObjectKey(name: "kubernetes")))
        #expect(view.takeFacts() == [.clusterRanges: ranges("10.97.0.0/24")])
        view.take(Delivery<ServiceCIDR>.replace([], keeping: []))
        #expect(view.takeFacts() == [.clusterRanges: ranges()])
    }

    @Test("a cluster whose ranges cannot be read is served all the same")
    func waivedServiceCIDRs() throws {
        var view = ClusterView(
            claim: ClaimPolicy(), requireEndpoints: false, watchesNodes: false, watchesNamespaces: false,
            watchesServiceCIDRs: true)
        view.take(Delivery<Kubernetes.Service>.replace([], keeping: []))
        view.waive(.serviceCIDRs)
        #expect(view.takeFacts() == [.synchronisation: .synchronised])
    }
}
