import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Planner, records and who writes them")
struct PlannerRecordTests {
    typealias Fixture = PlannerFixture

    private func service(_ name: String, record: String? = nil, port: UInt16 = 80, share: String? = nil)
        -> LoadBalancerService
    {
        var service = Fixture.service(name, ports: [port])
        service.annotations[Annotation.assigned] = record
        service.annotations[Annotation.share] = share
        return service
    }

    @Test("a record comes before a status, however old the Service that the status belongs to")
    func recordBeforeStatus() {
        var planner = Planner(
            settings: Fixture.settings(["192.0.2.10-192.0.2.11"].compactMap(Fixture.range)), isAllocator: true)
        var old = service("old")
        old.createdAt = 1
        old.writtenIngress = [Fixture.address("192.0.2.10")]
        var young = service("young", record: "192.0.2.10")
        young.createdAt = 2
        planner.set(old, at: .zero)
        planner.set(young, at: .zero)
        planner.sourceIsSynchronised()
        #expect(Fixture.records(planner.plan(at: .zero)) == ["old": "192.0.2.11", "young": "192.0.2.10"])
    }

    @Test("an address that two gave up stays kept until neither record names it")
    func twoRecords() {
        var fixture = Fixture("192.0.2.10-192.0.2.12")
        fixture.planner.sourceIsSynchronised()
        for (name, port) in [("a", UInt16(80)), ("b", 443)] {
            fixture.planner.set(service(name, record: "192.0.2.10", port: port, share: "k"), at: .zero)
        }
        _ = fixture.planner.plan(at: .zero)
        for (name, port, wanted) in [("a", UInt16(80), "192.0.2.11"), ("b", 443, "192.0.2.12")] {
            var moving = service(name, record: "192.0.2.10", port: port, share: "k")
            moving.annotations[Annotation.addresses] = wanted
            fixture.planner.set(moving, at: .zero)
            _ = fixture.planner.plan(at: .zero)
        }
        fixture.planner.set(service("c"), at: .zero)
        fixture.planner.set(service("b", record: "192.0.2.12", port: 443, share: "k"), at: .zero)
        #expect(Fixture.records(fixture.planner.plan(at: .zero))["c"] == "", "the record of a names 192.0.2.10 still")
        fixture.planner.set(service("a", record: "192.0.2.11", share: "k"), at: .zero)
        #expect(Fixture.records(fixture.planner.plan(at: .zero))["c"] == "192.0.2.10")
    }

    @Test("a write that is under way when it is replaced may still arrive, but not for ever")
    func lateWrite() {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        fixture.planner.set(service("a"), at: .zero)
        #expect(Fixture.records(fixture.planner.plan(at: .zero)) == ["a": "192.0.2.10"])
        var moving = service("a")
        moving.annotations[Annotation.addresses] = "192.0.2.11"
        fixture.planner.set(moving, at: .zero)
        fixture.planner.set(service("b"), at: .zero)
        let plan = fixture.planner.plan(at: .zero)
        #expect(Fixture.records(plan) == ["a": "192.0.2.11", "b": ""])
        #expect(plan.nextWake == .zero.advanced(by: .seconds(60)))
        let later = fixture.planner.plan(at: .zero.advanced(by: .seconds(60)))
        #expect(Fixture.records(later) == ["b": "192.0.2.10"] && later.nextWake == nil)
    }

    @Test("who follows the records takes in what the allocator has made room for")
    func follower() {
        var fixture = Fixture("192.0.2.10", isAllocator: false)
        fixture.planner.sourceIsSynchronised()
        fixture.planner.set(service("a", record: "192.0.2.10", port: 80, share: "k"), at: .zero)
        _ = fixture.planner.plan(at: .zero)
        fixture.planner.set(service("b", record: "192.0.2.10", port: 80, share: "k"), at: .zero)
        _ = fixture.planner.plan(at: .zero)
        #expect(fixture.planner.report(of: Fixture.key("b"))?.state == .refused)
        fixture.planner.set(service("a", record: "192.0.2.10", port: 443, share: "k"), at: .zero)
        fixture.effect(Fixture.address("192.0.2.10"), .inEffect(interface: "eth0"))
        let plan = fixture.planner.plan(at: .zero)
        #expect(plan.outcomes.map(\.ingress) == [[Fixture.address("192.0.2.10")], [Fixture.address("192.0.2.10")]])
    }

    @Test(
        "a record that someone takes off is written again, and nothing is withdrawn meanwhile",
        arguments: [true, false])
    func lostRecord(isAllocator: Bool) throws {
        let address = Fixture.address("192.0.2.10")
        var fixture = Fixture("192.0.2.10-192.0.2.12", isAllocator: isAllocator)
        fixture.planner.sourceIsSynchronised()
        var web = service("a", record: "192.0.2.10")
        fixture.planner.set(web, at: .zero)
        _ = fixture.planner.plan(at: .zero)
        fixture.effect(address, .inEffect(interface: "eth0"))
        (web.writtenIngress, web.writtenAnnounced) = ([address], true)
        fixture.planner.set(web, at: .zero)
        _ = fixture.planner.plan(at: .zero)

        web.annotations[Annotation.assigned] = nil
        fixture.planner.set(web, at: .zero)
        let plan = fixture.planner.plan(at: .zero)
        #expect(plan.announcements[.arp]?.map(\.address) == [address])
        #expect(plan.outcomes.map(\.record) == [isAllocator ? [address] : nil])
        #expect(plan.nextWake == .zero.advanced(by: .seconds(20)))

        // Other changes do not begin the time anew, and the record ends it.
        web.labels["x"] = "y"
        fixture.planner.set(web, at: .zero.advanced(by: .seconds(10)))
        #expect(fixture.planner.plan(at: .zero.advanced(by: .seconds(10))).nextWake == .zero.advanced(by: .seconds(20)))
        var written = fixture.planner
        web.annotations[Annotation.assigned] = "192.0.2.10"
        written.set(web, at: .zero.advanced(by: .seconds(10)))
        #expect(written.plan(at: .zero.advanced(by: .seconds(10))).nextWake == nil)

        let end = fixture.planner.plan(at: .zero.advanced(by: .seconds(20)))
        #expect(end.announcements[.arp]?.isEmpty ?? true)
    }

    @Test("a record that is taken off stands no longer than until another Service's names the address")
    func lostRecordOfAnother() {
        let address = Fixture.address("192.0.2.10")
        var fixture = Fixture("192.0.2.10", isAllocator: false)
        fixture.planner.sourceIsSynchronised()
        var former = service("a", record: "192.0.2.10")
        former.writtenIngress = [address]
        fixture.planner.set(former, at: .zero)
        _ = fixture.planner.plan(at: .zero)
        former.annotations[Annotation.assigned] = nil
        fixture.planner.set(former, at: .zero)
        _ = fixture.planner.plan(at: .zero)
        fixture.planner.set(service("b", record: "192.0.2.10"), at: .zero)
        _ = fixture.planner.plan(at: .zero)
        #expect(fixture.planner.report(of: Fixture.key("a"))?.addresses.map(\.address) == [])
        #expect(fixture.planner.report(of: Fixture.key("b"))?.addresses.map(\.address) == [address])
    }

    @Test("records that are taken off all at once cost no more each than few of them")
    func manyLostRecords() {
        let few = replacing(500)
        let many = replacing(2_000)
        #expect(many < few * 8, "\(few) for 500, \(many) for 2,000")
    }

    /// How long it takes at best to take the records off so many Services, and to write them again.
    private func replacing(_ count: Int) -> Duration {
        var fixture = Fixture("10.0.0.0/16", isAllocator: false)
        fixture.planner.sourceIsSynchronised()
        let recorded = (0..<count).map { number -> LoadBalancerService in
            let address = IPAddress(ipv4: 0x0A00_0100 + UInt32(number))
            var web = service("s\(number)", record: address.description)
            web.writtenIngress = [address]
            return web
        }
        let replaced = recorded.map { web -> LoadBalancerService in
            var web = web
            web.annotations[Annotation.assigned] = nil
            return web
        }
        for web in recorded { fixture.planner.set(web, at: .zero) }
        _ = fixture.planner.plan(at: .zero)
        let settled = fixture.planner
        let times = (0..<5).map { _ -> Duration in
            var planner = settled
            return ContinuousClock().measure {
                for web in replaced + recorded { planner.set(web, at: .zero) }
                _ = planner.plan(at: .zero)
            }
        }
        return times.min() ?? .zero
    }

    @Test("of all nodes, the one that allocates or announces tells of it")
    func tellers() {
        let address = Fixture.address("192.0.2.10")
        func reasons(isAllocator: Bool, _ state: AnnouncementEffect.State) -> [ServiceEvent.Reason] {
            var fixture = Fixture("192.0.2.10", isAllocator: isAllocator)
            fixture.planner.sourceIsSynchronised()
            fixture.planner.set(service("a", record: isAllocator ? nil : "192.0.2.10"), at: .zero)
            var events = fixture.planner.plan(at: .zero).events
            fixture.planner.set(service("a", record: "192.0.2.10"), at: .zero)
            events += fixture.planner.plan(at: .zero).events
            fixture.effect(address, state)
            events += fixture.planner.plan(at: .zero).events
            fixture.planner.set(service("a"), at: .zero)
            return (events + fixture.planner.plan(at: .zero).events).map(\.reason)
        }
        #expect(reasons(isAllocator: true, .owned(by: "node-2")) == [.addressAllocated])
        #expect(reasons(isAllocator: true, .inEffect(interface: "eth0")) == [.addressAllocated, .announcing])
        #expect(reasons(isAllocator: false, .owned(by: "node-2")) == [])
        #expect(reasons(isAllocator: false, .inEffect(interface: "eth0")) == [.announcing])
        let obstacle = Obstacle(reason: "NoCarrier", sentence: "interface eth0 has no carrier")
        #expect(reasons(isAllocator: false, .blocked(obstacle)) == [])
        #expect(reasons(isAllocator: true, .blocked(obstacle)) == [.addressAllocated, .announcingFailed])
    }

    @Test("a request that cannot be read does not keep an address that must be given up")
    func malformedAndReserved() {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        var edited = service("a", record: "192.0.2.10")
        edited.annotations[Annotation.addresses] = "somewhere"
        fixture.planner.set(edited, at: .zero)
        #expect(Fixture.records(fixture.planner.plan(at: .zero)) == ["a": "192.0.2.10"])
        fixture.planner.reserve([Fixture.address("192.0.2.10")])
        let plan = fixture.planner.plan(at: .zero)
        #expect(Fixture.records(plan) == ["a": ""] && plan.announcements[.arp]?.isEmpty == true)
    }

    @Test("while an address moves to another mode, the old one's withdrawal does not hide the new one's success")
    func modes() throws {
        var fixture = Fixture("192.0.2.10")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("a"))
        fixture.settle()
        #expect(fixture.ingress("a") == ["192.0.2.10"])
        let range = try #require(Fixture.range("192.0.2.10"))
        fixture.planner.configure(Fixture.settings([range], mode: .bgp))
        let plan = fixture.planner.plan(at: .zero)
        #expect(plan.announcements[.bgp]?.count == 1 && plan.outcomes.map(\.ingress) == [[]])
        let address = Fixture.address("192.0.2.10")
        fixture.planner.observe(
            AnnouncementEffect(address: address, state: .inEffect(interface: "eth0")), from: .bgp, at: .zero)
        #expect(fixture.planner.plan(at: .zero).outcomes.map(\.ingress) == [[address]])
        fixture.effect(address, .withdrawn)
        #expect(fixture.planner.plan(at: .zero).outcomes.isEmpty)
    }

    @Test("a status that is left of a Service no longer ours is cleared, though its record is gone")
    func leftStatus() {
        var fixture = Fixture("192.0.2.10")
        fixture.planner.sourceIsSynchronised()
        var gone = service("a")
        gone.loadBalancerClass = "example.com/other"
        fixture.planner.set(gone, at: .zero)
        #expect(fixture.planner.plan(at: .zero).outcomes.map(\.ingress) == [nil])
        gone.writtenIngress = [Fixture.address("192.0.2.10")]
        fixture.planner.set(gone, at: .zero)
        #expect(fixture.planner.plan(at: .zero).outcomes.map(\.ingress) == [[]])
    }

    @Test("a conflict that another node met is reported on the Service, and the allocator gives another address")
    func reportedConflict() throws {
        let address = Fixture.address("192.0.2.10")
        let station = try #require(MACAddress("02:00:00:00:00:01"))
        var owner = Fixture("192.0.2.10-192.0.2.11", isAllocator: false)
        owner.planner.sourceIsSynchronised()
        owner.planner.set(service("a", record: "192.0.2.10"), at: .zero)
        #expect(owner.planner.plan(at: .zero).outcomes.map(\.conflicts) == [nil])
        owner.effect(address, .conflicted(by: station, interface: "eth0"))
        #expect(owner.planner.plan(at: .zero).outcomes.map(\.conflicts) == [[address]])

        var allocator = Fixture("192.0.2.10-192.0.2.11")
        allocator.planner.sourceIsSynchronised()
        var reported = service("a", record: "192.0.2.10")
        allocator.planner.set(reported, at: .zero)
        _ = allocator.planner.plan(at: .zero)
        reported.annotations[Annotation.conflict] = "192.0.2.10,192.0.2.11"
        allocator.planner.set(reported, at: .zero)
        // What is not its own it cannot have met a conflict on.
        #expect(Fixture.records(allocator.planner.plan(at: .zero)) == ["a": "192.0.2.11"])
        owner.planner.set(service("a", record: "192.0.2.11"), at: .zero)
        #expect(owner.planner.plan(at: .zero).outcomes.map(\.conflicts) == [nil])
    }

    @Test("the Service's own cluster IP is refused with a sentence")
    func clusterIP() throws {
        var fixture = Fixture("192.0.2.0/24")
        fixture.planner.sourceIsSynchronised()
        var asking = service("a")
        asking.clusterIPs = [Fixture.address("192.0.2.20")]
        asking.loadBalancerIP = "192.0.2.20"
        fixture.planner.set(asking, at: .zero)
        let outcome = try #require(fixture.planner.plan(at: .zero).outcomes.first)
        #expect(outcome.record == [])
        #expect(outcome.conditions?.first?.message.contains("the Service's own cluster IP") == true)
    }

    @Test("whoever begins to allocate holds what is recorded, though it held something else before")
    func beginning() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.14", isAllocator: false)
        fixture.planner.sourceIsSynchronised()
        for (name, record) in [("a", "192.0.2.10"), ("b", "192.0.2.11")] {
            fixture.planner.set(service(name, record: record), at: .zero)
        }
        _ = fixture.planner.plan(at: .zero)
        // In one batch: most others have them the other way round, and this node allocates from now on.
        for (name, record) in [("a", "192.0.2.11"), ("b", "192.0.2.10")] {
            fixture.planner.set(service(name, record: record), at: .zero)
        }
        fixture.planner.set(service("c"), at: .zero)
        fixture.planner.setAllocator(true, keepsStatus: true)
        let written = Fixture.records(fixture.planner.plan(at: .zero))
        #expect(written == ["a": "192.0.2.11", "b": "192.0.2.10", "c": "192.0.2.12"])
    }

    @Test("a Service without a record says why, in the words of the source")
    func waiting() throws {
        var fixture = Fixture("192.0.2.10", isAllocator: false)
        fixture.planner.setAllocator(
            false, waiting: Obstacle(reason: "NoMembershipKey", sentence: "write a key"), keepsStatus: true)
        fixture.planner.sourceIsSynchronised()
        fixture.planner.set(service("a"), at: .zero)
        let plan = fixture.planner.plan(at: .zero)
        #expect(plan.outcomes.first?.record == nil)
        #expect(plan.outcomes.first?.conditions?.map(\.reason) == ["NoMembershipKey"])
        #expect(fixture.planner.reports().first?.obstacle?.sentence == "write a key")
    }

    @Test("where each node has statuses of its own, one that follows states what another announces")
    func ownStatus() throws {
        var fixture = Fixture("192.0.2.10", isAllocator: false)
        fixture.planner.setAllocator(false, keepsStatus: true)
        fixture.planner.sourceIsSynchronised()
        fixture.planner.set(service("a", record: "192.0.2.10"), at: .zero)
        _ = fixture.planner.plan(at: .zero)
        let address = Fixture.address("192.0.2.10")
        fixture.planner.observe(AnnouncementEffect(address: address, state: .owned(by: "other")), from: .arp, at: .zero)
        let stated = try #require(fixture.planner.plan(at: .zero).outcomes.first)
        #expect(stated.ingress == [address])
        #expect(stated.conditions?.first { $0.kind == .announced }?.message == "192.0.2.10 on node other")
        var written = service("a", record: "192.0.2.10")
        written.writtenIngress = [address]
        written.writtenAnnounced = true
        fixture.planner.set(written, at: .zero)
        let obstacle = Obstacle(reason: "NoCarrier", sentence: "no carrier")
        fixture.planner.observe(
            AnnouncementEffect(address: address, state: .blocked(obstacle)), from: .arp, at: .zero)
        let later = MonotonicTime(nanoseconds: 20_000_000_000)
        let cleared = try #require(fixture.planner.plan(at: later).outcomes.first)
        #expect(cleared.ingress == [])
    }
}
