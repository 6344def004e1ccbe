import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Planner, cluster IPs")
struct ClusterIPPlanTests {
    typealias Fixture = PlannerFixture

    private func service(_ name: String, clusterIP: String, asks: String? = nil, age: Int64 = 0) -> LoadBalancerService
    {
        var service = Fixture.service(name)
        service.createdAt = -age
        service.clusterIPs = [Fixture.address(clusterIP)]
        service.annotations[Annotation.addresses] = asks
        return service
    }

    private func reason(_ fixture: Fixture, _ name: String) -> String? {
        fixture.written[Fixture.key(name)]?.conditions?.first { $0.kind == .allocated }?.reason
    }

    @Test("another Service's cluster IP is not given, neither on request nor by choice")
    func ofOthers() {
        var fixture = Fixture("10.96.0.1-10.96.0.3")
        fixture.planner.sourceIsSynchronised()
        fixture.set(service("one", clusterIP: "10.96.0.1"))
        fixture.set(service("two", clusterIP: "10.96.7.7", asks: "10.96.0.1"))
        fixture.settle()
        #expect(fixture.ingress("one") == ["10.96.0.2"])
        #expect(fixture.ingress("two") == [])
        #expect(reason(fixture, "two") == "ClusterIP")
    }

    @Test("a Service that comes with the address of another moves it, and gives the address back when it goes")
    func late() {
        var fixture = Fixture("10.96.0.1-10.96.0.2")
        fixture.planner.sourceIsSynchronised()
        fixture.set(service("old", clusterIP: "10.96.7.1", age: 1))
        fixture.settle()
        #expect(fixture.ingress("old") == ["10.96.0.1"])
        fixture.set(service("new", clusterIP: "10.96.0.1"))
        fixture.settle()
        #expect(fixture.ingress("old") == ["10.96.0.2"])
        #expect(fixture.ingress("new") == [])
        fixture.set(service("third", clusterIP: "10.96.7.3"))
        fixture.planner.remove(Fixture.key("new"), at: fixture.now)
        fixture.settle()
        #expect(fixture.ingress("third") == ["10.96.0.1"])
    }

    @Test("the ranges of cluster IPs keep pools from giving them, and the overlap is told")
    func ranges() throws {
        var fixture = Fixture("10.96.0.0/30", "192.0.2.1")
        let range = try #require(Fixture.range("10.96.0.0/16"))
        fixture.planner.setClusterRanges([range])
        fixture.planner.sourceIsSynchronised()
        fixture.set(service("a", clusterIP: "10.96.7.1"))
        fixture.set(service("b", clusterIP: "10.96.7.2", asks: "10.96.0.2"))
        fixture.settle()
        #expect(fixture.ingress("a") == ["192.0.2.1"])
        #expect(reason(fixture, "b") == "ClusterIP")
        #expect(
            fixture.planner.clusterRangeProblems == [
                "pool 'edge' has 10.96.0.0-10.96.0.3, from which the cluster gives cluster IPs (ServiceCIDR); none of these is "
                    + "given to a Service, so take them out of the pool"
            ])
        fixture.planner.setClusterRanges([])
        fixture.settle()
        #expect(fixture.ingress("b") == ["10.96.0.2"])
        #expect(fixture.planner.clusterRangeProblems == [])
    }

    @Test("a record that names an address inside the cluster is not followed", arguments: [true, false])
    func forged(isAllocator: Bool) throws {
        var fixture = Fixture("192.0.2.1", isAllocator: isAllocator)
        fixture.planner.setClusterRanges([try #require(Fixture.range("10.96.0.0/16"))])
        fixture.planner.sourceIsSynchronised()
        var service = service("a", clusterIP: "10.96.7.1")
        service.annotations[Annotation.assigned] = "10.96.0.10"
        fixture.planner.set(service, at: .zero)
        let plan = fixture.planner.plan(at: .zero)
        #expect((plan.announcements[.arp]?.count ?? 0) == 0)
        #expect(plan.outcomes.first?.record == (isAllocator ? [Fixture.address("192.0.2.1")] : nil))
    }
}
