import Glibc
import Logging
import NIOConcurrencyHelpers
import Netlink
import NetworkTypes
import PacketLoop
import Synchronization
import Testing

@testable import HostNetwork

@Suite(
    "Address keeper with the kernel", .serialized,
    .enabled(if: Namespace.isPossible, Comment(rawValue: Namespace.requirement)), .timeLimit(.minutes(2)))
struct AddressKeeperTests {
    /// The shortest that there is: gone after 3 s.
    private static let brief = AddressKeeper.Settings(lifetime: .seconds(3), refresh: .seconds(1))

    private static func twoAddresses(_ bench: KeeperBench) throws -> [AddressKey] {
        try ["192.0.2.10", "2001:db8::10"].map {
            AddressKey(link: bench.link, address: try #require(IPAddress($0)))
        }
    }

    @Test("addresses are added, stay beyond their lifetime, and are let go")
    func keepAndLetGo() async throws {
        let bench = try await KeeperBench("keep", Self.brief)
        let keys = try Self.twoAddresses(bench) + (0..<48).map { .test($0, on: bench.link) }
        let outcome = await bench.keep(keys)
        #expect(outcome.count == 50 && outcome.values.allSatisfy { $0 == nil })
        #expect(try await bench.own() == Set(keys))
        for address in try await bench.namespace.state().ownAddresses {
            #expect(address.lifetime == .neverSource(for: .seconds(3)))
            #expect(address.isUsable && address.flags.contains(.noPrefixRoute))
        }
        try await Task.sleep(for: .milliseconds(4500))
        #expect(try await bench.own() == Set(keys))
        #expect(bench.lost.withLockedValue { $0 } == [])

        await bench.letGo([keys[0]])
        #expect(try await bench.own() == Set(keys.dropFirst()))
        await withCheckedContinuation { done in bench.keeper.removeAll { done.resume() } }
        #expect(try await bench.own() == [])
        try await Task.sleep(for: .milliseconds(1500))
        #expect(try await bench.own() == [])
        #expect(bench.lost.withLockedValue { $0 } == [])
    }

    @Test("while the loop of those who answer for them is stuck, addresses expire; those on the loopback link stay")
    func stuckOwner() async throws {
        let owner = try PacketLoop.start(name: "owner")
        defer { owner.stop() }
        let bench = try await KeeperBench(in: Namespace("stuck"), Self.brief, owner: owner)
        let keys = try Self.twoAddresses(bench)
        let stays = AddressKey(link: .loopback, address: try #require(IPAddress("192.0.2.20")))
        #expect(await bench.keep(keys + [stays]).values.allSatisfy { $0 == nil })
        // As long as it turns, or has nothing to do.
        try await Task.sleep(for: .milliseconds(4500))
        #expect(try await bench.own() == Set(keys + [stays]))

        owner.execute { usleep(6_000_000) }
        try await Task.sleep(for: .milliseconds(5500))
        #expect(try await bench.own() == [stays])
        #expect(Set(bench.lost.withLockedValue { $0 }) == Set(keys))
        // It turns again, and what is asked for again stays.
        try await Task.sleep(for: .milliseconds(1000))
        #expect(await bench.keep(keys).values.allSatisfy { $0 == nil })
        try await Task.sleep(for: .milliseconds(4500))
        #expect(try await bench.own() == Set(keys + [stays]))
    }

    @Test("what a process before has left is adopted without a gap, or swept")
    func adoptAndSweep() async throws {
        let bench = try await KeeperBench("adopt", Self.brief)
        let keys = try Self.twoAddresses(bench) + [.test(1, on: bench.link)]
        _ = await bench.keep(keys)
        bench.loop.stop()

        let next = try await KeeperBench(in: bench.namespace, Self.brief)
        try bench.namespace.ip("addr add 198.18.0.9/32 dev veth0")
        let changes = try await next.changes {
            #expect(await next.keep(Array(keys.prefix(2))).values.allSatisfy { $0 == nil })
            await withCheckedContinuation { done in next.keeper.sweep(keeping: Set(keys.prefix(2))) { done.resume() } }
        }
        #expect(changes.filter(\.isRemoval).count == 1, "that of the one that was swept")
        try await Task.sleep(for: .seconds(4))
        #expect(try await next.own() == Set(keys.prefix(2)))
        #expect(try await bench.namespace.state().address(.test(9, on: bench.link)) != nil)
    }

    @Test("an address that someone else has set is refused and left alone")
    func foreign() async throws {
        let bench = try await KeeperBench("foreign", Self.brief)
        let keys = try Self.twoAddresses(bench)
        try bench.namespace.ip("addr add 192.0.2.10/32 dev veth0")
        try bench.namespace.ip("addr add 2001:db8::10/64 dev veth0 nodad")
        let mine = AddressKey.test(1, on: bench.link)
        let outcome = await bench.keep(keys + [mine])
        #expect(keys.map { (outcome[$0] ?? nil)?.reason } == [.notOurs, .notOurs])
        #expect(outcome[mine] == .some(nil))
        #expect(
            (outcome[keys[0]] ?? nil)?.description == """
                adding 192.0.2.10/32 on link \(bench.link): it is there already, and herald did not set it; \
                take it off the link, or out of the pools
                """)
        await bench.letGo(keys)
        let state = try await bench.namespace.state()
        #expect(state.address(keys[0]) != nil)
        #expect(state.address(AddressKey(link: bench.link, address: keys[1].address, prefixLength: 64)) != nil)
        #expect(state.ownAddresses.map(\.key) == [mine])
    }

    @Test("an address that was kept and that someone then made his own is refused")
    func takenOver() async throws {
        let bench = try await KeeperBench("takenover", .init(lifetime: .seconds(60), refresh: .seconds(30)))
        let key = try Self.twoAddresses(bench)[0]
        _ = await bench.keep([key])
        try bench.namespace.ip("addr change 192.0.2.10/32 dev veth0")
        let outcome = await bench.keep([key])
        #expect((outcome[key] ?? nil)?.reason == .notOurs)
        await bench.letGo([key])
        #expect(try await bench.namespace.state().address(key) != nil)
    }

    @Test("an address that vanished is reported, not set again")
    func vanished() async throws {
        let bench = try await KeeperBench("vanished", Self.brief)
        let keys = try Self.twoAddresses(bench)
        _ = await bench.keep(keys)
        try bench.namespace.ip("addr del 192.0.2.10/32 dev veth0")
        try bench.namespace.ip("addr del 2001:db8::10/128 dev veth0")
        try await Task.sleep(for: .seconds(2))
        #expect(bench.lost.withLockedValue { Set($0) } == Set(keys))
        #expect(try await bench.own() == [])
        _ = await bench.keep(keys)
        #expect(try await bench.own() == Set(keys), "the owner may want it again")
    }

    @Test("a keeper that was frozen for longer than the lifetime has lost all, says so, and sets none again")
    func frozen() async throws {
        let bench = try await KeeperBench("frozen", Self.brief)
        let keys = try Self.twoAddresses(bench)
        _ = await bench.keep(keys)
        let frozen = Duration.milliseconds(4500)
        _ = try await bench.loop.run { usleep(UInt32(frozen.wholeNanoseconds / 1000)) }
        try await Task.sleep(for: .milliseconds(500))
        #expect(bench.lost.withLockedValue { Set($0) } == Set(keys))
        #expect(try await bench.own() == [])
    }

    @Test("addresses of a killed process are gone after their lifetime")
    func killed() async throws {
        let bench = try await KeeperBench("killed", Self.brief)
        _ = await bench.keep(try Self.twoAddresses(bench))
        bench.loop.stop()
        let start = ContinuousClock.now
        while try await !bench.own().isEmpty, start.duration(to: .now) < .seconds(8) { usleep(20_000) }
        let survival = start.duration(to: .now)
        #expect(survival < .milliseconds(4300))
        print("measured: lifetime of 3 s over \(survival) after the end")
    }

    @Test("addresses whose link goes are dropped without a word to the owner, and refused while it is gone")
    func linkGone() async throws {
        let bench = try await KeeperBench("linkgone", Self.brief)
        let keys = try Self.twoAddresses(bench)
        _ = await bench.keep(keys)
        try bench.namespace.ip("link del veth0")
        try await Task.sleep(for: .seconds(2))
        #expect(bench.lost.withLockedValue { $0 } == [])
        let outcome = await bench.keep(keys)
        #expect(keys.map { (outcome[$0] ?? nil)?.reason } == [.noSuchLink, .noSuchLink])
    }

    @Test("a device for addresses is up and has none of its own")
    func tunDevice() async throws {
        let bench = try await KeeperBench("tun", Self.brief)
        let device = try await bench.makeDevice("herald0").get()
        let state = try await bench.namespace.state()
        #expect(state.links[device.link]?.isUp == true && state.addresses(on: device.link).isEmpty)
        let keys = try Self.twoAddresses(bench).map { AddressKey(link: device.link, address: $0.address) }
        #expect(await bench.keep(keys).values.allSatisfy { $0 == nil })
        device.close()
    }

    @Test("a device can be made anew once the one before was given up, and not before")
    func tunDeviceAgain() async throws {
        let bench = try await KeeperBench("tunagain", Self.brief)
        let device = try await bench.makeDevice("herald0").get()
        let second = await bench.makeDevice("herald0")
        #expect(throws: AddressKeeper.DeviceFailure.notMade(.nameTaken("herald0"))) { _ = try second.get() }
        device.close()
        var again: TunDevice?
        // A child process of another test may hold a copy of the descriptor until it runs its program.
        for _ in 0..<100 where again == nil {
            again = try? await bench.makeDevice("herald0").get()
            try await Task.sleep(for: .milliseconds(10))
        }
        #expect(again != nil && again?.link != device.link)
        again?.close()
    }

    @Test("a sweep of other links leaves what lives on a device of this process")
    func sweepBesideDevice() async throws {
        let bench = try await KeeperBench("sweeptun", Self.brief)
        let device = try await bench.makeDevice("herald1").get()
        let (onDevice, onLink) = (AddressKey.test(1, on: device.link), AddressKey.test(2, on: bench.link))
        _ = await bench.keep([onDevice, onLink])
        await withCheckedContinuation { done in
            bench.keeper.sweep(keeping: [], on: .otherLinks) { done.resume() }
        }
        #expect(try await bench.own() == [onDevice])
        try await Task.sleep(for: .milliseconds(4500))
        #expect(try await bench.own() == [onDevice], "it is refreshed as before")
        device.close()
    }

    @Test("groups are listened to from the first join to the last leave, in the order of the changes")
    func groups() async throws {
        let bench = try await KeeperBench("groups", Self.brief)
        let group = try #require(IPAddress("ff02::1:ff00:2a"))
        let listed = "ff0200000000000000000001ff00002a"
        let addresses = try ["2001:db8::2a", "2001:db8:1::2a"].map { try #require(IPAddress($0)) }
        let joins = addresses.map { AddressKeeper.GroupChange(.join, group, of: $0, on: bench.link) }
        let leaves = addresses.map { AddressKeeper.GroupChange(.leave, group, of: $0, on: bench.link) }
        let nowhere = AddressKeeper.GroupChange(.join, group, of: addresses[0], on: LinkIndex(9999))
        await bench.change([nowhere] + joins)
        #expect(try await bench.groups().contains(listed))
        await bench.change([leaves[0]])
        #expect(try await bench.groups().contains(listed))
        await bench.change([leaves[1], joins[0], leaves[0]])
        #expect(try await !bench.groups().contains(listed))
    }

    @Test("new settings hold from the next refresh on")
    func configured() async throws {
        let bench = try await KeeperBench("configured", Self.brief)
        let keys = try Self.twoAddresses(bench)
        _ = await bench.keep(keys)
        await bench.keeper.configure(.init(lifetime: .seconds(90), refresh: .seconds(30)))
        try await Task.sleep(for: .seconds(4))
        let lifetimes = try await bench.namespace.state().ownAddresses.map(\.lifetime.valid)
        #expect(lifetimes.count == 2 && lifetimes.allSatisfy { $0 ?? .zero > .seconds(80) })
        #expect(bench.lost.withLockedValue { $0 } == [])
    }
}

extension NetlinkChange {
    fileprivate var isRemoval: Bool { if case .addressRemoved = self { true } else { false } }
}
