import Glibc
import NetworkTypes
import Testing

@testable import Netlink

@Suite("With the kernel", .serialized, .enabled(if: Namespace.isPossible, Comment(rawValue: Namespace.requirement)))
struct KernelTests {
    private let brief = AddressLifetime.neverSource(for: .seconds(2))
    private let long = AddressLifetime.neverSource(for: .seconds(60))

    /// A namespace with veth0 and veth1, and sockets inside.
    private struct Bench {
        let namespace: Namespace
        let monitor: NetlinkMonitor
        let requests: NetlinkRequests
        let veth0: LinkIndex

        init(_ purpose: String, receiveBuffer: Int = 2 << 20) throws {
            let namespace = try Namespace(purpose)
            try namespace.addPair()
            self.namespace = namespace
            (monitor, requests) = try namespace.run {
                (try NetlinkMonitor(receiveBuffer: receiveBuffer), try NetlinkRequests())
            }
            veth0 = try #require(try monitor.synchronise().link(named: "veth0")).index
        }

        func assignments(_ texts: String..., lifetime: AddressLifetime) throws -> [AddressAssignment] {
            try texts.map { AddressAssignment(AddressKey(link: veth0, address: try ip($0)), lifetime: lifetime) }
        }
    }

    @Test("an address added is seen as ours, and its refreshes are not seen at all")
    func addAndRefresh() throws {
        let bench = try Bench("refresh")
        let both = try bench.assignments("192.0.2.10", "2001:db8::10", lifetime: long)
        #expect(try bench.requests.add(both) == [])
        let added = try bench.monitor.changes { $0.count >= 2 }
        #expect(bench.monitor.state.ownAddresses.count == 2)
        #expect(added.allSatisfy { if case .address(let address) = $0 { address.isOurs } else { false } })

        // A refresh within the same hundredth of a second as the addition looks like an addition.
        usleep(30_000)
        let before = bench.monitor.datagrams
        #expect(try bench.requests.refresh(both) == [])
        #expect(try bench.monitor.changes(within: .milliseconds(200)) { !$0.isEmpty } == [])
        #expect(bench.monitor.datagrams == before, "dropped in the kernel")

        #expect(try bench.requests.add(both).map(\.error.reason) == [.alreadyExists, .alreadyExists])
        #expect(try bench.requests.remove(both.map(\.key)) == [])
        #expect(try bench.monitor.changes { $0.count >= 2 }.count == 2)
        #expect(try bench.requests.remove(both.map(\.key)).map(\.error.reason) == [.notFound, .notFound])
    }

    @Test("an address that is not refreshed goes after its lifetime, and a refresh does not bring it back")
    func expiry() throws {
        let bench = try Bench("expiry")
        let both = try bench.assignments("192.0.2.10", "2001:db8::10", lifetime: brief)
        #expect(try bench.requests.add(both) == [])
        let start = ContinuousClock.now
        let changes = try bench.monitor.changes(within: .seconds(6)) { $0.removals == 2 }
        #expect(changes.removals == 2)
        print("measured: lifetime of 2 s over after \(start.duration(to: .now))")
        #expect(bench.monitor.state.ownAddresses.isEmpty)
        #expect(try bench.requests.refresh(both).map(\.error.reason) == [.notFound, .notFound])
        #expect(try bench.requests.ownAddresses() == [])
    }

    @Test("a refresh sets the lifetime longer or shorter and changes nothing else, and fails for one that is gone")
    func refreshOnly() throws {
        let bench = try Bench("refreshonly")
        let both = try bench.assignments("192.0.2.10", "2001:db8::10", lifetime: long)
        #expect(try bench.requests.add(both) == [])
        let before = try bench.requests.ownAddresses()
        for lifetime in [AddressLifetime.neverSource(for: .seconds(300)), brief] {
            let anew = both.map { AddressAssignment($0.key, lifetime: lifetime) }
            #expect(try bench.requests.refresh(anew) == [])
            let after = try bench.requests.ownAddresses()
            #expect(after.map(\.lifetime) == [lifetime, lifetime])
            #expect(after.map(\.flags) == before.map(\.flags))
        }
        #expect(try bench.requests.remove([both[0].key]) == [])
        let failures = try bench.requests.refresh(both)
        #expect(failures.map(\.key) == [both[0].key])
        #expect(failures.map(\.error.reason) == [.notFound])
        let nowhere = AddressAssignment(AddressKey(link: LinkIndex(9999), address: both[0].key.address), lifetime: long)
        #expect(try bench.requests.refresh([nowhere]).map(\.error.reason) == [.noSuchLink])
    }

    @Test("a sweep leaves alone what others set and what is wanted")
    func sweep() throws {
        let bench = try Bench("sweep")
        try bench.namespace.ip("addr", "add", "192.0.2.1/24", "dev", "veth0")
        try bench.namespace.ip("addr", "add", "2001:db8::1/64", "dev", "veth0", "nodad")
        try bench.namespace.ip("addr", "add", "192.0.2.5/32", "dev", "veth0", "valid_lft", "60", "preferred_lft", "0")
        let ours = try bench.assignments("192.0.2.10", "192.0.2.11", "2001:db8::10", lifetime: long)
        #expect(try bench.requests.add(ours) == [])
        #expect(Set(try bench.requests.ownAddresses().map(\.key)) == Set(ours.map(\.key)))

        #expect(try bench.requests.sweep { $0.key == ours[0].key } == [])
        let state = try bench.requests.state()
        #expect(state.ownAddresses.map(\.key) == [ours[0].key])
        let others = Set(state.hostAddresses.map(\.address))
        #expect(others.isSuperset(of: [try ip("192.0.2.1"), try ip("192.0.2.5"), try ip("2001:db8::1")]))
    }

    @Test("an address that an administrator changed by hand is no longer ours")
    func changedByHand() throws {
        let bench = try Bench("byhand")
        let one = try bench.assignments("192.0.2.10", lifetime: long)
        #expect(try bench.requests.add(one) == [])
        try bench.namespace.ip("addr", "change", "192.0.2.10/32", "dev", "veth0")
        #expect(try bench.requests.ownAddresses() == [])
        let changes = try bench.monitor.changes { _ in
            bench.monitor.state.ownAddresses.isEmpty && bench.monitor.state.address(one[0].key) != nil
        }
        #expect(!changes.isEmpty)
    }

    @Test("a lost carrier is seen, with the bridge port it belongs to")
    func carrier() throws {
        let bench = try Bench("carrier")
        try bench.namespace.ip("link", "add", "br0", "type", "bridge")
        try bench.namespace.ip("link", "set", "veth1", "master", "br0")
        _ = try bench.monitor.changes { _ in
            let state = bench.monitor.state
            return state.link(named: "veth1")?.master == state.link(named: "br0")?.index
                && state.link(named: "br0") != nil
        }
        #expect(bench.monitor.state.link(named: "br0")?.kind == "bridge")
        #expect(bench.monitor.state.link(named: "veth0")?.isOperational == true)

        try bench.namespace.ip("link", "set", "veth1", "down")
        _ = try bench.monitor.changes { _ in bench.monitor.state.link(named: "veth0")?.hasCarrier == false }
        #expect(bench.monitor.state.link(named: "veth0")?.hasCarrier == false)
        #expect(bench.monitor.state.link(named: "veth0")?.isUp == true)

        let veth1 = try #require(bench.monitor.state.link(named: "veth1")).index
        try bench.requests.setLink(veth1, up: true)
        _ = try bench.monitor.changes { _ in bench.monitor.state.link(named: "veth0")?.isOperational == true }
        #expect(bench.monitor.state.link(named: "veth0")?.isOperational == true)

        try bench.namespace.ip("link", "set", "veth1", "nomaster")
        _ = try bench.monitor.changes { _ in bench.monitor.state.link(named: "veth1")?.master == nil }
        #expect(bench.monitor.state.link(named: "veth1") != nil, "a port that leaves is not a link that goes")
        try bench.namespace.ip("link", "delete", "veth0")
        _ = try bench.monitor.changes { _ in bench.monitor.state.link(named: "veth0") == nil }
        #expect(bench.monitor.state.link(named: "veth0") == nil)
        #expect(bench.monitor.malformedMessages == 0)
    }

    @Test("an overrun is made up for by reading everything again")
    func overrun() throws {
        let bench = try Bench("overrun", receiveBuffer: 4096)
        let many = (0..<500).map { number in
            AddressAssignment(
                AddressKey(link: bench.veth0, address: IPAddress(ipv4: 0xC612_0000 + UInt32(number))), lifetime: long)
        }
        #expect(try bench.requests.add(many) == [])
        #expect(try bench.requests.remove(many.prefix(100).map(\.key)) == [])
        let changes = try bench.monitor.changes { $0.contains { if case .resynchronised = $0 { true } else { false } } }
        #expect(bench.monitor.overruns > 0)
        #expect(bench.monitor.isCurrent)
        #expect(bench.monitor.state.ownAddresses.count == 400)
        #expect(bench.monitor.state.sameAddresses(as: try bench.requests.state()))
        guard case .resynchronised(let state) = changes.last else {
            Issue.record("the last change is not the new state")
            return
        }
        #expect(state.ownAddresses.count == 400)
    }

    @Test("whatever happens while everything is read, the state ends up equal to the kernel's")
    func concurrentChanges() throws {
        let bench = try Bench("race", receiveBuffer: 2048)
        let namespace = bench.namespace
        let link = bench.veth0
        let isDone = Done()
        let worker = Worker {
            let requests = try namespace.run { try NetlinkRequests() }
            for round in 0..<20 {
                let part = (0..<200).map { number in
                    AddressAssignment(
                        AddressKey(link: link, address: IPAddress(ipv4: 0xC612_0000 + UInt32(number * 7 + round))),
                        lifetime: .neverSource(for: .seconds(60)))
                }
                _ = try requests.add(part)
                _ = try requests.remove(part.dropFirst(round).map(\.key))
            }
            isDone.set()
        }
        while !isDone.isSet {
            _ = try bench.monitor.receive()
            usleep(1000)
        }
        try worker.join()
        _ = try bench.monitor.changes(within: .milliseconds(500)) { _ in false }
        let isEqual = bench.monitor.state.sameAddresses(as: try bench.requests.state())
        #expect(bench.monitor.isCurrent)
        #expect(isEqual)
        #expect(bench.monitor.overruns > 0, "the race was one")
    }

    @Test("refusals are told apart, in the kernel's words")
    func refusals() throws {
        let bench = try Bench("refusals")
        let nowhere = AddressAssignment(
            AddressKey(link: LinkIndex(9999), address: try ip("192.0.2.10")), lifetime: long)
        let wrong = AddressAssignment(
            AddressKey(link: bench.veth0, address: try ip("192.0.2.10"), prefixLength: 33), lifetime: long)
        let right = try bench.assignments("192.0.2.10", lifetime: long)
        let failures = try bench.requests.add([nowhere] + right + [wrong])
        #expect(failures.map(\.key) == [nowhere.key, wrong.key])
        #expect(failures.map(\.error.reason) == [.noSuchLink, .invalid])
        #expect(failures.last?.error.kernelText?.contains("prefix length") == true)
        #expect(try bench.requests.ownAddresses().map(\.key) == right.map(\.key))
        #expect(throws: NetlinkError.self) { try bench.requests.setLink(LinkIndex(9999), up: true) }
    }

    @Test("a link is kept from making addresses of its own")
    func addressGeneration() throws {
        let bench = try Bench("addrgen")
        try bench.namespace.ip("link", "add", "veth2", "type", "veth", "peer", "name", "veth3")
        let index = try #require(try bench.requests.state().link(named: "veth2")).index
        try bench.requests.stopGeneratingAddresses(on: index)
        try bench.requests.setLink(index, up: true)
        try bench.namespace.ip("link", "set", "veth3", "up")
        usleep(100_000)
        #expect(try bench.requests.state().addresses(on: index).isEmpty)
    }

    @Test("a link without IPv6, which the kernel gives none of so small an MTU, has no addresses to be stopped")
    func noAddressGeneration() throws {
        let bench = try Bench("noaddrgen")
        try bench.namespace.ip("link", "add", "veth2", "mtu", "1000", "type", "veth", "peer", "name", "veth3")
        let index = try #require(try bench.requests.state().link(named: "veth2")).index
        try bench.requests.stopGeneratingAddresses(on: index)
        #expect(throws: NetlinkError.self) { try bench.requests.stopGeneratingAddresses(on: LinkIndex(9999)) }
    }

    @Test("settings are those of the namespace")
    func settings() throws {
        let bench = try Bench("settings")
        let read = try bench.namespace.run { InterfaceSettings(link: "veth0") }
        let settings = try #require(read)
        #expect(settings.arpIgnore == 0 && settings.returnPathFilter != nil && settings.forwardsIPv6 != nil)
    }
}

extension [NetlinkChange] {
    fileprivate var removals: Int { count { if case .addressRemoved = $0 { true } else { false } } }
}

extension NetworkState {
    /// Lifetimes run down between two readings.
    fileprivate func sameAddresses(as other: NetworkState) -> Bool {
        Set(ownAddresses.map(\.key)) == Set(other.ownAddresses.map(\.key)) && links.keys == other.links.keys
            && Set(hostAddresses.map(\.key)) == Set(other.hostAddresses.map(\.key))
    }
}
