import Configuration
import IPAM
import LoadBalancing
import NetworkTypes
import Testing
import YAML

@testable import DirectorySource

@Suite("Directory source: values")
struct PureTests {
    private func randomService(_ random: inout SeededGenerator) -> LoadBalancerService {
        func text() -> String {
            ["", "a", "0", "true", "x y", "\"{", "ü\n", "null"].randomElement(using: &random) ?? ""
        }
        var service = LoadBalancerService(key: ServiceKey(namespace: "shop", name: "web-\(random.next() % 9)"))
        service.uid = text()
        service.labels = ["app": text(), "b": text()]
        service.annotations = [Annotation.share: text()]
        service.selector = Bool.random(using: &random) ? ["a": text()] : [:]
        service.ports = [.init(name: "a", .tcp, 80, nodePort: 30_000), .init(name: "b", .udp, 53)]
        service.trafficPolicy = Bool.random(using: &random) ? .local : .cluster
        service.loadBalancerClass = Bool.random(using: &random) ? "example.com/x" : nil
        service.loadBalancerIP = Bool.random(using: &random) ? "10.0.0.1" : nil
        service.familyPolicy =
            [.singleStack, .preferDualStack, .requireDualStack].randomElement(using: &random) ?? .singleStack
        service.ipFamilies = service.familyPolicy == .singleStack ? [.ipv6] : [.ipv6, .ipv4]
        return service
    }

    @Test("a state file gives back the state and the Service", arguments: 0..<50 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let service = randomService(&random)
        var state = ServiceState(record: [try address("10.0.0.1"), try address("fd00::1")])
        state.ingress = Array(state.record.prefix(Int(random.next() % 3)))
        state = state.applying(
            ServiceOutcome(key: service.key, uid: "", conditions: [condition(.announced, seed % 2 == 0)]),
            at: 1_700_000_000)
        let json = try StateDocument(service, state).json()
        #expect(try ServiceState(json: json, of: service.key) == state)
        var expected = service
        expected.annotations[Annotation.assigned] = "10.0.0.1,fd00::1"
        #expect(ManifestReader.read(json, file: "f").services.map(\.service) == [expected])
        for _ in 0..<200 {
            var broken = json
            broken[Int(random.next() % UInt64(json.count))] = UInt8(random.next() % 128)
            _ = try? ServiceState(json: broken, of: service.key)
        }
    }

    @Test("a condition keeps its time until it turns")
    func transitionTime() {
        func apply(_ isTrue: Bool, _ reason: String, _ state: ServiceState, at time: Int64) -> ServiceState {
            state.applying(outcome("a", conditions: [condition(.allocated, isTrue, reason)]), at: time)
        }
        var state = apply(true, "One", ServiceState(), at: 1)
        state = apply(true, "Two", state, at: 2)
        #expect(state.statements.map(\.since) == [1])
        #expect(state.statements.map(\.condition.reason) == ["Two"])
        state = apply(false, "Two", state, at: 3)
        #expect(state.statements.map(\.since) == [3])
        #expect(state.applying(outcome("a"), at: 4) == state)
        #expect(state.applying(outcome("a", record: [], ingress: [], conditions: []), at: 4).isEmpty)
    }

    @Test(
        "after any changes the first file that holds a Service counts, and what changed is told",
        arguments: 0..<50 as Range<UInt64>)
    func manifestSet(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var set = ManifestSet(path: "d", patience: .zero)
        var files: [String: [ServiceKey: UInt16]] = [:]
        var told: [ServiceKey: UInt16] = [:]
        for step in 1...200 {
            let now = MonotonicTime(nanoseconds: Int64(step))
            let name = "f\(random.next() % 4)"
            if random.next() % 3 == 0 {
                set.remove(name, at: now)
                files[name] = nil
            } else {
                var ports: [ServiceKey: UInt16] = [:]
                for _ in 0..<(random.next() % 3) { ports[key("s\(random.next() % 4)")] = UInt16(random.next() % 3) + 1 }
                set.set(name, Self.manifest(of: ports), at: now)
                files[name] = ports
            }
            set.settle(at: now)
            var expected: [ServiceKey: UInt16] = [:]
            for name in files.keys.sorted().reversed() { expected.merge(files[name] ?? [:]) { _, earlier in earlier } }
            for key in set.takeTouched() { told[key] = set.service(key)?.ports.first?.claim.port }
            #expect(told == expected)
            let contested = Set(files.values.flatMap(\.keys)).filter { key in
                files.values.count { $0[key] != nil } > 1
            }
            #expect(set.problems(limit: 100).count == contested.count)
        }
    }

    private static func manifest(of ports: [ServiceKey: UInt16]) -> Manifest {
        var manifest = Manifest(problems: ProblemList(file: "f", problems: []))
        for (key, port) in ports {
            var service = LoadBalancerService(key: key)
            service.ports = [.init(.tcp, port)]
            manifest.services.append(Manifest.Entry(service: service, mark: .start))
        }
        return manifest
    }

    @Test("what failed waits for its time, and longer each time; what is newer replaces it")
    func pending() {
        var pending = PendingOutcomes()
        var times: [Int64] = []
        var now = MonotonicTime.zero
        pending.add(.apply(outcome("a")), for: key("a"), isUrgent: false)
        for _ in 0..<12 {
            pending.retryIfDue(at: now)
            let tasks = pending.take(urgent: 10, others: 10)
            #expect(tasks.count == 1)
            pending.settle(tasks, problem: "full", at: now)
            pending.retryIfDue(at: now)
            #expect(!pending.hasFresh)
            let due = pending.backoff.due ?? now
            times.append(due.nanoseconds - now.nanoseconds)
            now = due
        }
        #expect(times.first == 100_000_000)
        #expect(times.last == 30_000_000_000)
        pending.add(.remove, for: key("a"), isUrgent: false)
        #expect(pending.take(urgent: 10, others: 10).count == 1)
        pending.settle([:], problem: nil, at: now)
        #expect(pending.isEmpty && pending.problem == nil && pending.backoff.due == nil)
    }

    @Test("what is urgent is taken first and by itself")
    func urgency() {
        var pending = PendingOutcomes()
        for name in ["a", "b", "c"] { pending.add(.remove, for: key(name), isUrgent: name != "a") }
        #expect(pending.take(urgent: 1, others: 1).count == 1)
        pending.add(.remove, for: key("b"), isUrgent: true)
        #expect(Set(pending.take(urgent: 9, others: 9).keys).isSubset(of: [key("b"), key("c")]))
        #expect(Set(pending.take(urgent: 9, others: 9).keys) == [key("a")])
        #expect(pending.isEmpty)
    }

    @Test("what only informs waits a moment, from its first time on, and gives way to what comes next")
    func patience() {
        var pending = PendingOutcomes()
        let later = MonotonicTime.zero.advanced(by: PendingOutcomes.patience)
        pending.addPatiently(.apply(outcome("a")), for: key("a"), at: .zero)
        pending.addPatiently(.apply(outcome("b")), for: key("b"), at: .zero)
        pending.addPatiently(.apply(outcome("a")), for: key("a"), at: MonotonicTime(nanoseconds: 5_000_000))
        #expect(!pending.hasFresh && !pending.isEmpty)
        #expect(pending.nextPatienceEnd == later)
        pending.add(.apply(outcome("b")), for: key("b"), isUrgent: false)
        #expect(Array(pending.take(urgent: 9, others: 9).keys) == [key("b")])
        pending.endPatience(at: MonotonicTime(nanoseconds: later.nanoseconds - 1))
        #expect(!pending.hasFresh)
        pending.endPatience(at: later)
        #expect(Array(pending.take(urgent: 9, others: 9).keys) == [key("a")])
        #expect(pending.isEmpty && pending.nextPatienceEnd == nil)
        pending.addPatiently(.apply(outcome("a")), for: key("a"), at: later)
        pending.retryAll()
        #expect(pending.take(urgent: 9, others: 9).count == 1)
    }

    @Test("the state of a Service is kept as it is", arguments: [true, false])
    func packedState(isTrue: Bool) throws {
        var state = ServiceState(record: [try address("192.0.2.1"), try address("2001:db8::1")])
        state.ingress = isTrue ? state.record : []
        state.statements = Condition.Kind.allCases.map { kind in
            .init(
                condition: Condition(
                    kind: kind, isTrue: isTrue, reason: "Reason", message: "ä sentence", observedGeneration: -1),
                since: 1_800_000_000)
        }
        for state in [state, ServiceState()] {
            var writer = PackedWriter()
            state.write(into: &writer)
            var reader = PackedReader(writer.packed)
            #expect(ServiceState(from: &reader) == state)
        }
    }

    @Test("a removal that failed and is taken back leaves nothing to do")
    func takenBack() {
        var pending = PendingOutcomes()
        pending.add(.remove, for: key("a"), isUrgent: false)
        pending.settle(pending.take(urgent: 1, others: 1), problem: "full", at: .zero)
        pending.keep(key("a"))
        pending.retryIfDue(at: .zero)
        #expect(pending.isEmpty && pending.problem == nil && pending.backoff.due == nil)
    }

    @Test("hidden files and what editors leave are no manifests")
    func names() {
        for name in ["a.yaml", "b.yml", "c.json", "a b.yaml"] { #expect(ManifestDirectory.isManifest(name)) }
        for name in ["", ".a.yaml", "#a.yaml", "a.yaml~", "a.yaml.swp", "a.txt", ".#a.yaml", "a"] {
            #expect(!ManifestDirectory.isManifest(name))
        }
    }
}
