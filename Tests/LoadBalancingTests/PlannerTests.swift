import HashTreeCollections
import IPAM
import LoadBalancing
import NetworkTypes
import Testing

@Suite("Planner")
struct PlannerTests {
    typealias Fixture = PlannerFixture

    @Test("nothing is planned before the source is synchronised")
    func waitsForSource() {
        var fixture = Fixture("192.0.2.10-192.0.2.12")
        fixture.set(Fixture.service("web"))
        let plan = fixture.settle()
        #expect(plan.outcomes.isEmpty && fixture.written.isEmpty)
        fixture.planner.sourceIsSynchronised()
        fixture.settle()
        #expect(fixture.addresses("web") == ["192.0.2.10"])
    }

    @Test("a record is adopted before anything is allocated, whatever the order of arrival")
    func adoptsFirst() {
        var fixture = Fixture("192.0.2.10-192.0.2.12")
        fixture.set(Fixture.service("anew"))
        var old = Fixture.service("zold")
        old.annotations[Annotation.assigned] = "192.0.2.10"
        fixture.set(old)
        fixture.planner.sourceIsSynchronised()
        fixture.settle()
        #expect(fixture.addresses("zold") == ["192.0.2.10"])
        #expect(fixture.addresses("anew") == ["192.0.2.11"])
    }

    @Test("an address is announced only once its record is written, and in the status only once in effect")
    func order() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.12")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("web"))

        let first = fixture.planner.plan(at: .zero)
        #expect(first.announcements.values.allSatisfy { $0.isEmpty })
        #expect(first.outcomes.map(\.record) == [[Fixture.address("192.0.2.10")]])
        #expect(first.outcomes.map(\.ingress) == [[]])

        var recorded = Fixture.service("web")
        recorded.annotations[Annotation.assigned] = "192.0.2.10"
        fixture.planner.set(recorded, at: .zero)
        let second = fixture.planner.plan(at: .zero)
        #expect(second.announcements[.arp]?.map(\.address.description) == ["192.0.2.10"])
        #expect(second.outcomes.map(\.ingress) == [[]])

        fixture.effect(Fixture.address("192.0.2.10"), .inEffect(interface: "eth0"))
        let third = fixture.planner.plan(at: .zero)
        #expect(third.outcomes.map(\.ingress) == [[Fixture.address("192.0.2.10")]])
        #expect(third.events.map(\.reason) == [.announcing])
        #expect(fixture.planner.plan(at: .zero).outcomes.isEmpty)
    }

    @Test("Services whose traffic enters where their pods are share only where the pods are the same")
    func localSharing() {
        func addresses(_ first: LoadBalancerService, _ second: LoadBalancerService) -> Set<IPAddress> {
            var fixture = Fixture("192.0.2.10-192.0.2.12")
            fixture.planner.sourceIsSynchronised()
            var services = [first, second]
            for index in services.indices {
                services[index].annotations[Annotation.share] = "k"
                services[index].trafficPolicy = .local
                fixture.planner.set(services[index], at: .zero)
            }
            return Set(fixture.planner.plan(at: .zero).outcomes.flatMap { $0.record ?? [] })
        }
        var (web, api) = (Fixture.service("web"), Fixture.service("api", ports: [443]))
        // Who writes their slices is not known.
        #expect(addresses(web, api).count == 2)
        (web.selector, api.selector) = (["app": "web"], ["app": "web"])
        #expect(addresses(web, api).count == 1)
        var elsewhere = LoadBalancerService(key: ServiceKey(namespace: "other", name: "api"))
        (elsewhere.uid, elsewhere.ports, elsewhere.selector) = ("u", api.ports, api.selector)
        #expect(addresses(web, elsewhere).count == 2)
    }

    @Test("a long key is compared to its end")
    func longKeys() {
        var fixture = Fixture("192.0.2.10-192.0.2.12")
        fixture.planner.sourceIsSynchronised()
        for (name, port) in [("a", UInt16(80)), ("b", 443)] {
            var service = Fixture.service(name, ports: [port])
            service.annotations[Annotation.share] = String(repeating: "k", count: 70) + name
            fixture.planner.set(service, at: .zero)
        }
        #expect(Set(fixture.planner.plan(at: .zero).outcomes.flatMap { $0.record ?? [] }).count == 2)
    }

    @Test("a deleted Service's address is withdrawn and free for another")
    func delete() {
        var fixture = Fixture("192.0.2.10")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("first"))
        fixture.set(Fixture.service("second"))
        fixture.settle()
        #expect(fixture.addresses("first") == ["192.0.2.10"])
        #expect(fixture.condition("second", .allocated)?.reason == "PoolFull")
        #expect(fixture.condition("second", .announced)?.message == fixture.condition("second", .allocated)?.message)

        fixture.planner.remove(Fixture.key("first"), at: .zero)
        fixture.services[Fixture.key("first")] = nil
        fixture.settle()
        #expect(fixture.addresses("second") == ["192.0.2.10"])
        #expect(fixture.ingress("second") == ["192.0.2.10"])
    }

    @Test("an address that was given up is nobody's until the record that names it is rewritten")
    func retiring() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("first"))
        fixture.settle()
        var moving = try #require(fixture.services[Fixture.key("first")])
        moving.annotations[Annotation.addresses] = "192.0.2.11"
        fixture.planner.set(moving, at: .zero)
        fixture.set(Fixture.service("second"))
        let plan = fixture.planner.plan(at: .zero)
        #expect(plan.outcomes.first { $0.key.name == "first" }?.record == [Fixture.address("192.0.2.11")])
        #expect(plan.outcomes.first { $0.key.name == "second" }?.record == [])

        moving.annotations[Annotation.assigned] = "192.0.2.11"
        fixture.planner.set(moving, at: .zero)
        let next = fixture.planner.plan(at: .zero)
        #expect(next.outcomes.first { $0.key.name == "second" }?.record == [Fixture.address("192.0.2.10")])
    }

    @Test("a Service that leaves our scope loses record and status; one that was never ours is not touched")
    func scope() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        var foreign = Fixture.service("foreign")
        foreign.loadBalancerClass = "example.com/other"
        fixture.set(foreign)
        fixture.set(Fixture.service("web"))
        fixture.settle()
        #expect(fixture.written[foreign.key]?.record == nil && fixture.written[foreign.key]?.ingress == nil)

        var changed = try #require(fixture.services[Fixture.key("web")])
        changed.isLoadBalancer = false
        fixture.set(changed)
        let plan = fixture.settle()
        #expect(fixture.written[changed.key]?.ingress == nil || fixture.written[changed.key]?.ingress == [])
        #expect(fixture.addresses("web").isEmpty)
        #expect(plan.announcements[.arp]?.isEmpty == true)
        #expect(fixture.events.last?.message.contains("no longer LoadBalancer") == true)
    }

    @Test("a Service created again under its name does not inherit the old one's request")
    func otherUID() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("web"))
        fixture.settle()
        var again = Fixture.service("web")
        again.uid = "other"
        fixture.services[again.key] = nil
        fixture.set(again)
        fixture.settle()
        #expect(fixture.written[again.key]?.uid == "other")
        #expect(fixture.ingress("web") == ["192.0.2.10"])
    }

    @Test("a conflicted address is replaced, unless it was asked for")
    func conflict() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("web"))
        fixture.settle()
        let mac = try #require(MACAddress("02:00:00:00:00:09"))
        fixture.effect(Fixture.address("192.0.2.10"), .conflicted(by: mac, interface: "eth0"))
        fixture.settle()
        #expect(fixture.addresses("web") == ["192.0.2.11"])
        #expect(fixture.events.contains { $0.reason == .addressConflict })
    }

    @Test(
        "a conflict is over when a node of the cluster turns out to have the address",
        arguments: [.conflictOver, .owned(by: NodeName("b"))] as [AnnouncementEffect.State])
    func conflictEnds(state: AnnouncementEffect.State) throws {
        var fixture = Fixture("192.0.2.10")
        fixture.planner.sourceIsSynchronised()
        let mac = try #require(MACAddress("02:00:00:00:00:09"))
        fixture.effect(Fixture.address("192.0.2.10"), .conflicted(by: mac, interface: "eth0"))
        fixture.set(Fixture.service("web"))
        fixture.settle()
        #expect(fixture.addresses("web") == [])
        fixture.effect(Fixture.address("192.0.2.10"), state)
        fixture.settle()
        #expect(fixture.addresses("web") == ["192.0.2.10"])
    }

    @Test("a request that cannot be read is refused with the field's name, and what is held is kept")
    func malformedRequest() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("web"))
        fixture.settle()
        var edited = try #require(fixture.services[Fixture.key("web")])
        edited.loadBalancerIP = "192.0.2.011"
        fixture.set(edited)
        fixture.settle()
        #expect(fixture.addresses("web") == ["192.0.2.10"])
        let condition = try #require(fixture.condition("web", .allocated))
        #expect(condition.reason == "MalformedRequest" && condition.message.contains("spec.loadBalancerIP"))
        #expect(fixture.ingress("web") == ["192.0.2.10"])
    }

    @Test("spec.loadBalancerIP that mirrors the record is no request")
    func mirror() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        var service = Fixture.service("web")
        service.annotations[Annotation.assigned] = "192.0.2.11"
        service.loadBalancerIP = "192.0.2.11"
        fixture.set(service)
        fixture.settle()
        service.loadBalancerIP = "192.0.2.10"
        fixture.set(service)
        fixture.settle()
        #expect(fixture.addresses("web") == ["192.0.2.10"])
    }

    @Test("a change of pools leaves a live address and says so")
    func poolEdit() throws {
        var fixture = Fixture("192.0.2.10-192.0.2.11")
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("web"))
        fixture.settle()
        fixture.planner.configure(Fixture.settings([try #require(Fixture.range("198.51.100.0/28"))]))
        fixture.settle()
        #expect(fixture.addresses("web") == ["192.0.2.10"])
        #expect(fixture.ingress("web") == ["192.0.2.10"])
        #expect(fixture.condition("web", .allocated)?.reason == "OutOfPool")
        let report = try #require(fixture.planner.report(of: Fixture.key("web")))
        #expect(report.state == .announced && report.obstacle?.reason == "OutOfPool")
        #expect(fixture.events.filter { $0.reason == .outOfPool }.count == 1)
    }

    @Test("endpoints decide who may announce", arguments: [true, false])
    func endpoints(isLocal: Bool) {
        var fixture = Fixture("192.0.2.10")
        fixture.planner.sourceIsSynchronised()
        var service = Fixture.service("web")
        service.trafficPolicy = isLocal ? .local : .cluster
        service.endpoints = .known(.init())
        fixture.set(service)
        #expect(fixture.settle().announcements[.arp]?.isEmpty ?? true)
        #expect(fixture.condition("web", .announced)?.reason == "NoEndpoint")
        #expect(fixture.condition("web", .allocated)?.isTrue == true)

        service.endpoints = .known(.init(terminatingNodes: ["b"]))
        fixture.set(service)
        var plan = fixture.settle()
        #expect(plan.announcements[.arp]?.first?.candidates == (isLocal ? .nodes(["b"]) : .everyNode))

        service.endpoints = .known(.init(readyNodes: ["a"], terminatingNodes: ["b"]))
        fixture.set(service)
        plan = fixture.settle()
        #expect(plan.announcements[.arp]?.first?.candidates == (isLocal ? .nodes(["a"]) : .everyNode))
    }

    @Test("dual stack is in effect family by family, in the Service's order")
    func dualStack() throws {
        var fixture = Fixture("192.0.2.10", "2001:db8::10")
        fixture.planner.sourceIsSynchronised()
        var service = Fixture.service("web")
        service.ipFamilies = [.ipv6, .ipv4]
        service.familyPolicy = .requireDualStack
        fixture.set(service)
        fixture.settle(announcing: false)
        fixture.effect(Fixture.address("192.0.2.10"), .inEffect(interface: "eth0"))
        fixture.settle(announcing: false)
        #expect(fixture.ingress("web") == ["192.0.2.10"])
        #expect(fixture.condition("web", .announced)?.isTrue == false)
        fixture.effect(Fixture.address("2001:db8::10"), .inEffect(interface: "eth0"))
        fixture.settle(announcing: false)
        #expect(fixture.ingress("web") == ["2001:db8::10", "192.0.2.10"])
        #expect(fixture.condition("web", .announced)?.isTrue == true)
    }

    @Test("the node that has the first address writes the status; nobody else does")
    func statusWriter() throws {
        var fixture = Fixture("192.0.2.10", isAllocator: false)
        fixture.planner.sourceIsSynchronised()
        var service = Fixture.service("web")
        service.annotations[Annotation.assigned] = "192.0.2.10"
        fixture.set(service)
        fixture.settle(announcing: false)
        #expect(fixture.ingress("web") == nil && fixture.written[service.key]?.record == nil)
        let address = Fixture.address("192.0.2.10")
        fixture.effect(address, .owned(by: "node-2"))
        fixture.settle(announcing: false)
        #expect(fixture.ingress("web") == nil)
        fixture.effect(address, .inEffect(interface: "eth0"))
        fixture.settle(announcing: false)
        #expect(fixture.ingress("web") == ["192.0.2.10"])
        #expect(fixture.written[service.key]?.record == nil)
    }

    @Test("after a restart the status stands until it is known what is in effect")
    func restart() throws {
        var fixture = Fixture("192.0.2.10", "2001:db8::10")
        let addresses = [Fixture.address("192.0.2.10"), Fixture.address("2001:db8::10")]
        var service = Fixture.service("web")
        service.familyPolicy = .requireDualStack
        service.annotations[Annotation.assigned] = "192.0.2.10,2001:db8::10"
        service.writtenIngress = addresses
        fixture.set(service)
        fixture.planner.sourceIsSynchronised()
        fixture.settle(announcing: false)
        fixture.effect(addresses[0], .inEffect(interface: "eth0"))
        fixture.settle(announcing: false)
        #expect(fixture.written[service.key]?.record == addresses)
        #expect(fixture.ingress("web") == nil && fixture.condition("web", .announced) == nil)

        let obstacle = Obstacle(reason: "NoCarrier", sentence: "no carrier")
        fixture.effect(addresses[1], .blocked(obstacle))
        fixture.settle(announcing: false)
        #expect(fixture.ingress("web") == ["192.0.2.10"])
        #expect(fixture.condition("web", .announced)?.reason == "NoCarrier")
    }

    @Test("mode none allocates and records, announces nothing and says why")
    func modeNone() {
        var fixture = Fixture("192.0.2.10", mode: .none)
        fixture.planner.sourceIsSynchronised()
        fixture.set(Fixture.service("web"))
        let plan = fixture.settle()
        #expect(fixture.addresses("web") == ["192.0.2.10"])
        #expect(plan.announcements.values.allSatisfy { $0.isEmpty })
        #expect(fixture.condition("web", .announced)?.reason == "NotAnnounced")
    }
}
