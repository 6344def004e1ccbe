import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Planner, any order of events")
struct PlannerPropertyTests {
    @Test(
        "no address has two owners, and everything settles as a restart would have it",
        arguments: 0..<200 as Range<UInt64>)
    func life(seed: UInt64) {
        var life = PlannerLife(seed: seed)
        for _ in 0..<150 where life.problems.isEmpty { life.step() }
        #expect(life.problems == [])
        life.settle()
        life.checkEnd()
        #expect(life.problems == [])
    }

    @Test("one change among many Services touches few of them")
    func cost() {
        var fixture = PlannerFixture("10.0.0.0/20")
        fixture.planner.sourceIsSynchronised()
        for number in 0..<2_000 { fixture.set(PlannerFixture.service("s\(number)")) }
        let plan = fixture.settle()
        #expect(fixture.ingress("s1999")?.count == 1 && fixture.planner.plan(at: .zero).outcomes.isEmpty)
        #expect(plan.announcements[.arp]?.count == 2_000)

        fixture.set(PlannerFixture.service("s7", ports: [443]))
        #expect(fixture.planner.plan(at: .zero).outcomes.map(\.key.name) == ["s7"])
        fixture.effect(PlannerFixture.address("10.0.0.9"), .withdrawn)
        #expect(fixture.planner.plan(at: .zero).outcomes.count == 1)
        fixture.planner.remove(PlannerFixture.key("s8"), at: .zero)
        #expect(fixture.planner.plan(at: .zero).outcomes.isEmpty)
        fixture.set(PlannerFixture.service("new"))
        #expect(fixture.planner.plan(at: .zero).outcomes.map(\.key.name) == ["new"])
    }
}
