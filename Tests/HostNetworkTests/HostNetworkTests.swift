import Dispatch
import Glibc
import Logging
import NIOConcurrencyHelpers
import NetworkTypes
import PacketLoop
import ServiceLifecycle
import Testing

@testable import HostNetwork
@testable import Netlink

@Suite(
    "Host network with the kernel", .serialized,
    .enabled(if: Namespace.isPossible, Comment(rawValue: Namespace.requirement)), .timeLimit(.minutes(1)))
struct HostNetworkTests {
    @Test("an observer learns the state, a lost carrier, and each of our addresses that goes")
    func observing() async throws {
        let namespace = try Namespace("observe")
        let loop = try await namespace.makeLoop("host")
        defer { loop.stop() }
        let network = HostNetwork(loop: loop, logger: .quiet)
        let seen = Observations()
        await network.observe(on: loop, seen.take)
        try await running(network) {
            let veth0 = try #require(
                await seen.state { $0.link(named: "veth0")?.hasCarrier == true }?.link(named: "veth0"))
            try namespace.ip("link set veth1 down")
            #expect(await seen.state { $0.link(named: "veth0")?.hasCarrier == false } != nil)

            let key = AddressKey.test(1, on: veth0.index)
            let other = AddressKey.test(2, on: veth0.index)
            _ = try await loop.run {
                try NetlinkRequests().add(
                    [key, other].map { AddressAssignment($0, lifetime: .neverSource(for: .seconds(60))) })
            }
            #expect(await seen.state { $0.ownAddresses.count == 2 } != nil)
            #expect(seen.lost == [])
            try namespace.ip("addr del \(key.address)/32 dev veth0")
            #expect(await seen.state { $0.ownAddresses.count == 1 } != nil)
            #expect(seen.lost == [key.address])
            try namespace.ip("addr change \(other.address)/32 dev veth0")
            #expect(await seen.state { $0.ownAddresses.isEmpty } != nil)
            #expect(seen.lost == [key.address, other.address])

            let late = Observations()
            await network.observe(on: loop, late.take)
            #expect(await late.state { $0 == seen.last } != nil)
            #expect(late.count == 1)
            #expect(await network.state() == late.last)
        }
    }

    @Test("what an observer's loop has no time for is told as one, with every address that went")
    func busyObserver() async throws {
        let namespace = try Namespace("busy")
        let loop = try await namespace.makeLoop("host")
        defer { loop.stop() }
        let busy = try PacketLoop.start(name: "busy")
        defer { busy.stop() }
        let network = HostNetwork(loop: loop, logger: .quiet)
        let seen = Observations()
        await network.observe(on: busy, seen.take)
        try await running(network) {
            let link = try #require(await seen.state { $0.link(named: "veth0") != nil }?.link(named: "veth0")).index
            let before = seen.count
            let many = (0..<300).map { AddressKey.test($0, on: link) }
            let hold = DispatchSemaphore(value: 0)
            busy.execute { hold.wait() }
            _ = try await loop.run {
                try NetlinkRequests().add(many.map { AddressAssignment($0, lifetime: .neverSource(for: .seconds(60))) })
            }
            for _ in 0..<500 where await network.state().ownAddresses.count < 300 {
                try await Task.sleep(for: .milliseconds(10))
            }
            _ = try await loop.run { try NetlinkRequests().remove(Array(many.prefix(200))) }
            for _ in 0..<500 where await network.state().ownAddresses.count > 100 {
                try await Task.sleep(for: .milliseconds(10))
            }
            #expect(seen.count == before)
            hold.signal()
            #expect(await seen.state { $0.ownAddresses.count == 100 } != nil)
            #expect(seen.count == before + 1)
            #expect(seen.lost == Set(many.prefix(200).map(\.address)))
        }
    }

    @Test("the node's own addresses come in a stream, ours are not among them, and it ends with the service")
    func hostAddresses() async throws {
        let namespace = try Namespace("stream")
        try namespace.ip("addr add 192.0.2.1/24 dev veth0")
        let loop = try await namespace.makeLoop("host")
        defer { loop.stop() }
        let network = HostNetwork(loop: loop, logger: .quiet)
        let (first, second) = try (#require(IPAddress("192.0.2.1")), #require(IPAddress("192.0.2.2")))
        let addresses = network.hostAddresses
        try await running(network) {
            #expect(await addresses.first { $0.contains(first) } != nil)
            let link = try #require(await network.state().link(named: "veth0")).index
            _ = try await loop.run {
                try NetlinkRequests().add(
                    [AddressAssignment(.test(1, on: link), lifetime: .neverSource(for: .seconds(60)))])
            }
            try namespace.ip("addr add 192.0.2.2/24 dev veth0")
            #expect(await addresses.first { $0.contains(second) } != nil)
            let now = try #require(await network.hostAddresses.first { _ in true })
            #expect(now.isSuperset(of: [first, second]) && !now.contains(AddressKey.test(1).address))
            let edges = ["192.0.2.0", "192.0.2.255"].compactMap { IPAddress($0) }
            #expect(now.isSuperset(of: edges), "the network and broadcast addresses of the subnet are no host's")
        }
        var rest = 0
        for await _ in addresses { rest += 1 }
        #expect(rest <= 1)
    }

    @Test("lost notices are made up for, and what went meanwhile is told as lost")
    func overrun() async throws {
        let namespace = try Namespace("overrun")
        let loop = try await namespace.makeLoop("host")
        defer { loop.stop() }
        let network = HostNetwork(loop: loop, logger: .quiet) { () throws(NetlinkError) in
            try NetlinkMonitor(receiveBuffer: 4096)
        }
        let seen = Observations()
        await network.observe(on: loop, seen.take)
        try await running(network) {
            let link = try #require(await seen.state { $0.link(named: "veth0") != nil }?.link(named: "veth0")).index
            let many = (0..<500).map { AddressKey.test($0, on: link) }
            // On the thread that receives, so that nothing is received meanwhile.
            try await loop.run {
                let requests = try NetlinkRequests()
                let assignments = many.map { AddressAssignment($0, lifetime: .neverSource(for: .seconds(60))) }
                #expect(try requests.add(assignments) == [])
            }
            #expect(await seen.state { $0.ownAddresses.count == 500 } != nil)
            let failures = try await loop.run { try NetlinkRequests().remove(Array(many.prefix(400))) }
            #expect(failures == [])
            #expect(await seen.state { $0.ownAddresses.count == 100 } != nil)
            #expect(seen.lost == Set(many.prefix(400).map(\.address)))
        }
    }

    @Test("a socket that cannot be opened, or fails, is opened again, and what went meanwhile is told")
    func reopening() async throws {
        let namespace = try Namespace("reopen")
        let loop = try await namespace.makeLoop("host")
        defer { loop.stop() }
        let openings = NIOLockedValueBox(0)
        let descriptor = NIOLockedValueBox<Int32>(-1)
        let network = HostNetwork(loop: loop, logger: .quiet) { () throws(NetlinkError) in
            let attempt = openings.withLockedValue {
                $0 += 1; return $0
            }
            guard attempt > 2 else { throw NetlinkError("opening", errorNumber: ENFILE) }
            let monitor = try NetlinkMonitor()
            let number = monitor.fileDescriptor
            descriptor.withLockedValue { $0 = number }
            return monitor
        }
        let seen = Observations()
        await network.observe(on: loop, seen.take)
        try await running(network) {
            let link = try #require(await seen.state { $0.link(named: "veth0") != nil }?.link(named: "veth0")).index
            #expect(openings.withLockedValue { $0 } == 3)
            let key = AddressKey.test(1, on: link)
            try await loop.run {
                let requests = try NetlinkRequests()
                _ = try requests.add([AddressAssignment(key, lifetime: .neverSource(for: .seconds(60)))])
            }
            #expect(await seen.state { $0.ownAddresses.count == 1 } != nil)
            // No socket at all in its place.
            try await loop.run {
                let null = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
                dup2(null, descriptor.withLockedValue { $0 })
                close(null)
                _ = try NetlinkRequests().remove([key])
            }
            #expect(await seen.state { $0.ownAddresses.isEmpty } != nil)
            #expect(seen.lost == [key.address])
            #expect(openings.withLockedValue { $0 } == 4)
        }
    }

    private func running(_ network: HostNetwork, _ body: () async throws -> Void) async throws {
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(services: [.init(service: network)], logger: .quiet))
        let task = Task { try await group.run() }
        do { try await body() } catch {
            task.cancel()
            throw error
        }
        await group.triggerGracefulShutdown()
        try await task.value
    }
}

/// What an observer was told.
private final class Observations: Sendable {
    private struct Record {
        var states: [NetworkState] = []
        var lost: Set<IPAddress> = []
    }

    private let record = NIOLockedValueBox(Record())

    var lost: Set<IPAddress> { record.withLockedValue { $0.lost } }
    var count: Int { record.withLockedValue { $0.states.count } }
    var last: NetworkState? { record.withLockedValue { $0.states.last } }

    var take: HostNetwork.Observer {
        { state, lost in
            self.record.withLockedValue {
                $0.states.append(state)
                $0.lost.formUnion(lost)
            }
        }
    }

    /// The first state of which `condition` holds, or the last one after 5 s.
    func state(where condition: (NetworkState) -> Bool) async -> NetworkState? {
        for _ in 0..<500 {
            if let last, condition(last) { return last }
            try? await Task.sleep(for: .milliseconds(10))
        }
        return nil
    }
}
