import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Planner, records that authors write")
struct PlannerBeliefTests {
    typealias Fixture = PlannerFixture

    private func service(_ name: String, record: String) -> LoadBalancerService {
        var service = Fixture.service(name)
        service.annotations[Annotation.assigned] = record
        return service
    }

    /// Pool `edge`, and one that is for another namespace.
    private func restricted(isAllocator: Bool) -> Planner {
        var settings = Fixture.settings(["192.0.2.10-192.0.2.12"].compactMap(Fixture.range))
        var others = Pool(name: "others", ranges: ["198.51.100.0/24"].compactMap(Fixture.range))
        others.namespaces = ["other"]
        settings.pools.append(.init(pool: others))
        return Planner(settings: settings, isAllocator: isAllocator)
    }

    @Test(
        "a record that only its author can have written gives no address that it could not ask for",
        arguments: ["8.8.8.8", "198.51.100.7"], [true, false])
    func forgedRecord(address: String, isAllocator: Bool) throws {
        var planner = restricted(isAllocator: isAllocator)
        planner.set(service("a", record: address), at: .zero)
        planner.sourceIsSynchronised()
        let plan = planner.plan(at: .zero)
        #expect((plan.announcements[.arp]?.count ?? 0) == 0)
        let sentence = Refusal.unconfirmedRecord(Fixture.address(address)).sentence
        guard isAllocator else {
            #expect(planner.report(of: Fixture.key("a"))?.addresses.isEmpty == true)
            #expect(planner.report(of: Fixture.key("a"))?.obstacle?.sentence == sentence)
            return
        }
        #expect(Fixture.records(plan) == ["a": "192.0.2.10"])
        let condition = try #require(plan.outcomes.first?.conditions?.first { $0.kind == .allocated })
        #expect(condition.reason == "RecordNotConfirmed" && condition.message == "has 192.0.2.10; \(sentence)")
        #expect(plan.events.contains { $0.reason == .allocationFailed && $0.message == sentence })
        // Once it is rewritten there is no more to tell, and an address in force is not changed by another.
        planner.set(service("a", record: "192.0.2.10"), at: .zero)
        #expect(planner.plan(at: .zero).outcomes.first?.conditions?.first?.reason == "AddressAllocated")
        planner.set(service("a", record: address), at: .zero)
        #expect(Fixture.records(planner.plan(at: .zero)) == ["a": "192.0.2.10"])
    }

    @Test("of two records that name one address, the one that the status confirms has it", arguments: [true, false])
    func forgedRecordOfAnother(isAllocator: Bool) {
        let address = Fixture.address("192.0.2.10")
        var old = service("old", record: "192.0.2.10")
        old.createdAt = 1
        var young = service("young", record: "192.0.2.10")
        young.createdAt = 2
        var fixture = Fixture("192.0.2.10-192.0.2.11", isAllocator: isAllocator)
        fixture.planner.sourceIsSynchronised()
        if !isAllocator {
            // What it has followed before it allocates counts no more than what others have recorded.
            fixture.planner.set(old, at: .zero)
            _ = fixture.planner.plan(at: .zero)
        }
        young.writtenIngress = [address]
        fixture.planner.set(old, at: .zero)
        fixture.planner.set(young, at: .zero)
        fixture.planner.setAllocator(true)
        #expect(Fixture.records(fixture.planner.plan(at: .zero)) == ["old": "192.0.2.11", "young": "192.0.2.10"])
    }

    @Test(
        "an address out of every pool stays over a restart, though nobody announces it then",
        arguments: [true, false])
    func confirmedRecord(isAllocator: Bool) {
        var planner = restricted(isAllocator: isAllocator)
        var kept = service("a", record: "203.0.113.7,2001:db8::7")
        kept.confirmedAddresses = AllocatedMessage.addresses(in: "has 203.0.113.7, 2001:db8::7; and more")
        (kept.familyPolicy, kept.endpoints) = (.requireDualStack, .known(.init()))
        planner.set(kept, at: .zero)
        planner.sourceIsSynchronised()
        let plan = planner.plan(at: .zero)
        #expect(Fixture.records(plan) == (isAllocator ? ["a": "203.0.113.7,2001:db8::7"] : [:]))
        #expect(
            planner.report(of: Fixture.key("a"))?.addresses.map(\.address.description)
                == ["203.0.113.7", "2001:db8::7"])
    }

    @Test("a conflict that an author reports on the address of another moves nobody")
    func forgedConflict() {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        fixture.planner.set(service("victim", record: "192.0.2.10"), at: .zero)
        _ = fixture.planner.plan(at: .zero)
        var forged = service("forged", record: "192.0.2.10")
        forged.annotations[Annotation.conflict] = "192.0.2.10"
        fixture.planner.set(forged, at: .zero)
        #expect(Fixture.records(fixture.planner.plan(at: .zero)) == ["forged": "192.0.2.11"])
        #expect(
            fixture.planner.report(of: Fixture.key("victim"))?.addresses.map(\.address)
                == [Fixture.address("192.0.2.10")])
    }

    @Test(
        "the addresses that a condition names are read back",
        arguments: [
            ("has 192.0.2.1", ["192.0.2.1"]), ("has 2001:db8::", ["2001:db8::"]),
            ("has 192.0.2.1, 2001:db8::1", ["192.0.2.1", "2001:db8::1"]),
            ("has 192.0.2.1; 192.0.2.2, 192.0.2.3 are others", ["192.0.2.1"]),
            ("keeps 192.0.2.1: nothing is free", ["192.0.2.1"]),
            ("keeps 2001:db8::1, 192.0.2.1: 192.0.2.2 is held", ["2001:db8::1", "192.0.2.1"]),
            ("keeps 2001:db8::: it is so", ["2001:db8::"]), ("192.0.2.1 is held", []), ("has none", []), ("", []),
            ("has", []), ("gave it 192.0.2.1", []),
        ] as [(String, [String])])
    func message(text: String, addresses: [String]) {
        #expect(AllocatedMessage.addresses(in: text).map(\.description) == addresses)
    }
}
