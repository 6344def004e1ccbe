import IPAM
import NetworkTypes
import Testing

@testable import LoadBalancing

@Suite("What is kept of many Services")
struct PackingTests {
    @Test("a packed Service unpacks to what it was, and equal ones are equal", arguments: 0..<200 as Range<UInt64>)
    func service(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let service = Self.service(&random)
        let packed = PackedService(service)
        #expect(packed.service == service)
        #expect(PackedService(packed.service) == packed)
        var other = service
        other.generation += 1
        #expect(PackedService(other) != packed)
    }

    @Test("nothing that a Service has is left out")
    func completeness() {
        // Whoever adds a field packs and unpacks it, and gives it a value below.
        let service = LoadBalancerService(key: ServiceKey(namespace: "n", name: "s"))
        #expect(Mirror(reflecting: service).children.count == 22)
        let planned = PlannedService(service: service)
        #expect(Mirror(reflecting: planned).children.count == 13)
        #expect(Mirror(reflecting: planned.told).children.count == 5)
    }

    @Test(
        "numbers of any size come back", arguments: [0, 1, -1, 63, -64, 64, 127, 128, 1 << 40, .max, .min] as [Int64])
    func numbers(number: Int64) {
        var writer = PackedWriter()
        writer.write(number)
        writer.write(UInt64(bitPattern: number))
        var reader = PackedReader(writer.packed)
        #expect(reader.signed() == number)
        #expect(reader.unsigned() == UInt64(bitPattern: number))
    }

    @Test("octets that end too soon read as zero and empty, and nothing traps")
    func truncated() {
        var random = SeededGenerator(seed: 1)
        var writer = PackedWriter()
        writer.write(Self.service(&random))
        let octets = writer.packed
        for count in octets.indices {
            var reader = PackedReader(Array(octets.prefix(count)))
            #expect(reader.service(ServiceKey(namespace: "a", name: "b")).key.name == "b")
        }
    }

    @Test("all that was decided for a Service comes back", arguments: 0..<100 as Range<UInt64>)
    func planned(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var planned = PlannedService(service: Self.service(&random))
        planned.held = Self.addresses(&random)
        planned.lastOutcome = random.next() & 1 == 0 ? nil : Int(truncatingIfNeeded: random.next())
        planned.statedIngress = random.next() & 1 == 0 ? nil : Self.addresses(&random)
        planned.lastRecord = random.next() & 1 == 0 ? nil : Self.addresses(&random)
        planned.replacedRecords = Set(Self.addresses(&random))
        planned.speaksOfStatus = random.next() & 1 == 0
        planned.firstSeen = MonotonicTime(nanoseconds: Int64(truncatingIfNeeded: random.next()))
        _ = planned.statusRule.duty(
            in: .init(.nowhere, shown: .announced, speaks: true, fingerprint: Int(truncatingIfNeeded: random.next())),
            at: planned.firstSeen)
        (planned.told.held, planned.told.announcedHere) = (planned.held, Self.addresses(&random))
        if random.next() & 1 == 0 {
            planned.claimRefusal = .otherClass("other")
            planned.refusal = Obstacle(reason: "PoolFull", sentence: "no address is free")
            planned.notes = [.without(.ipv6, .noPools)]
            planned.told.refusal = planned.refusal
            planned.told.notes = planned.notes
            planned.told.obstacle = planned.refusal
        }
        let key = planned.service.key
        var table = PlannedServices()
        table[key] = planned
        #expect(table[key] == planned)
        #expect(Array(table.values) == [planned])
        #expect(table.remove(key) == planned)
        #expect(table[key] == nil)
    }

    @Test("the older Service comes first, then the lesser key")
    func order() {
        var table = PlannedServices()
        for (name, age) in [("c", 1), ("b", 2), ("a", 2)] as [(String, Int64)] {
            var service = LoadBalancerService(key: ServiceKey(namespace: "n", name: name))
            service.createdAt = age
            table[service.key] = PlannedService(service: service)
        }
        let unknown = ServiceKey(namespace: "n", name: "x")
        #expect(table.inOrder(Array(table.keys) + [unknown]).map(\.name) == ["c", "a", "b"])
    }

    /// Memory with 10,000 Services follows from these: a table has about 1.6 places for each entry.
    @Test("an ordinary Service is kept in 300 octets, and an address in 24")
    func budget() {
        var service = LoadBalancerService(key: ServiceKey(namespace: "shop", name: "web"))
        service.uid = "a87d6652-b0fd-4eef-bb2d-f99d89361e75"
        service.createdAt = 1_800_000_000
        service.clusterIPs = [IPAddress(ipv4: 0x0A60_0001)]
        service.labels = ["app.kubernetes.io/name": "web"]
        service.selector = ["app.kubernetes.io/name": "web"]
        service.annotations = [Annotation.assigned: "192.168.100.200"]
        service.ports = [.init(name: "http", .tcp, 80, nodePort: 30_080)]
        service.ipFamilies = [.ipv4]
        service.endpoints = .known(.init(readyNodes: ["node-a", "node-b"]))
        service.writtenIngress = [IPAddress(ipv4: 0xC0A8_64C8)]
        service.confirmedAddresses = service.writtenIngress
        #expect(PackedService(service).size <= 220)
        var planned = PlannedService(service: service, firstSeen: MonotonicTime(nanoseconds: 1 << 50))
        planned.held = service.writtenIngress
        (planned.lastOutcome, planned.statedIngress, planned.lastRecord) = (.max, planned.held, planned.held)
        (planned.told.held, planned.told.announcedHere) = (planned.held, planned.held)
        #expect(PlannedServices.size(of: planned) <= 300)
        #expect(MemoryLayout<IPAddress>.stride == 24)
        #expect(MemoryLayout<AnnouncementEffect.State>.stride <= 24)
        #expect(MemoryLayout<Planner.EffectRecord>.stride <= 32)
    }

    // MARK: - Anything

    private static func service(_ random: inout SeededGenerator) -> LoadBalancerService {
        func flag() -> Bool { random.next() & 1 == 0 }
        func text() -> String {
            ["", "a", "web", "ünïcode ☃", String(repeating: "x", count: 300)].randomElement(using: &random) ?? ""
        }
        var service = LoadBalancerService(key: ServiceKey(namespace: "n", name: "s\(random.next() % 100)"))
        service.uid = text()
        service.createdAt = Int64(truncatingIfNeeded: random.next())
        service.generation = Int64(random.next() % 1_000_000)
        (service.isDeleting, service.isLoadBalancer) = (flag(), flag())
        service.loadBalancerClass = flag() ? nil : text()
        service.loadBalancerIP = flag() ? nil : text()
        service.clusterIPs = addresses(&random)
        service.labels = ["a": text()]
        service.labels[text()] = "b"
        service.annotations = flag() ? [:] : [Annotation.assigned: text(), Annotation.share: text()]
        service.selector = ["s": text()]
        service.ports = PortClaim.Transport.allCases.filter { _ in flag() }.map {
            .init(
                name: text(), $0, UInt16(truncatingIfNeeded: random.next()),
                nodePort: UInt16(random.next() % 70_000 / 2))
        }
        service.ipFamilies = AddressFamily.allCases.filter { _ in flag() }
        service.familyPolicy =
            [.singleStack, .preferDualStack, .requireDualStack].randomElement(using: &random) ?? .singleStack
        service.trafficPolicy = flag() ? .local : .cluster
        service.endpoints =
            flag()
            ? .unknown
            : .known(
                .init(
                    readyNodes: flag() ? [] : ["a", "b"], terminatingNodes: flag() ? ["c"] : [],
                    hasReadyElsewhere: flag()))
        service.refusal = flag() ? nil : Obstacle(reason: "PoolFull", sentence: text())
        (service.writtenIngress, service.confirmedAddresses) = (addresses(&random), addresses(&random))
        (service.writtenAllocated, service.writtenAnnounced) = (flag() ? nil : flag(), flag() ? nil : flag())
        return service
    }

    private static func addresses(_ random: inout SeededGenerator) -> [IPAddress] {
        (0..<random.next() % 3).map { _ in
            random.next() & 1 == 0
                ? IPAddress(ipv4: UInt32(truncatingIfNeeded: random.next()))
                : IPAddress(ipv6: UInt128(random.next()) << 64 | UInt128(random.next()))
        }
    }
}
