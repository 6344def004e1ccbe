import FoundationEssentials
import Glibc
import Logging
import NIOConcurrencyHelpers
import Netlink
import PacketLoop

@testable import HostNetwork

/// A keeper on a loop in a namespace, for addresses on veth0.
final class KeeperBench: Sendable {
    let namespace: Namespace
    let loop: PacketLoop
    let keeper: AddressKeeper
    let link: LinkIndex
    let lost = NIOLockedValueBox<[AddressKey]>([])

    convenience init(_ purpose: String, _ settings: AddressKeeper.Settings) async throws {
        try await self.init(in: Namespace(purpose), settings)
    }

    init(in namespace: Namespace, _ settings: AddressKeeper.Settings, owner: PacketLoop? = nil) async throws {
        self.namespace = namespace
        loop = try await namespace.makeLoop("keeper")
        keeper = AddressKeeper(loop: loop, owner: owner, settings: settings, logger: .quiet)
        guard let veth0 = try await namespace.state().link(named: "veth0") else {
            throw Namespace.Failure(description: "no veth0")
        }
        link = veth0.index
        await keeper.addLossHandler { [weak self] keys in self?.lost.withLockedValue { $0 += keys } }
    }

    deinit { loop.stop() }

    func keep(_ keys: [AddressKey]) async -> AddressKeeper.Outcome {
        await withCheckedContinuation { done in keeper.keep(keys) { done.resume(returning: $0) } }
    }

    func letGo(_ keys: [AddressKey]) async {
        await withCheckedContinuation { done in keeper.letGo(keys) { done.resume() } }
    }

    func makeDevice(_ name: String) async -> Result<TunDevice, AddressKeeper.DeviceFailure> {
        await withCheckedContinuation { done in keeper.makeDevice(name) { done.resume(returning: $0) } }
    }

    /// Joins and leaves groups, which is done on return.
    func change(_ groups: [AddressKeeper.GroupChange]) async {
        keeper.change(groups)
        await letGo([])
    }

    /// The groups that the kernel listens to, as it lists them.
    func groups() async throws -> String {
        try await loop.run { try String(contentsOfFile: "/proc/thread-self/net/igmp6", encoding: .utf8) }
    }

    /// What the kernel holds that is ours.
    func own() async throws -> Set<AddressKey> {
        Set(try await namespace.state().ownAddresses.map(\.key))
    }

    /// What a monitor hears while `body` runs.
    func changes(during body: () async throws -> Void) async throws -> [NetlinkChange] {
        let watcher = try await namespace.makeLoop("watcher")
        defer { watcher.stop() }
        let monitor = try await watcher.run { Box(try NetlinkMonitor()) }
        _ = try await watcher.run { try monitor.receive() { $0.isCurrent } }
        try await body()
        return try await watcher.run { try monitor.receive() { _ in false } }
    }
}

/// A monitor that is used on one loop alone.
private final class Box: @unchecked Sendable {
    private let monitor: NetlinkMonitor

    init(_ monitor: consuming NetlinkMonitor) { self.monitor = monitor }

    /// Receives until `isDone`, for 300 ms at most.
    func receive(until isDone: (NetlinkMonitor) -> Bool) throws -> [NetlinkChange] {
        var all: [NetlinkChange] = []
        for _ in 0..<30 where !isDone(monitor) {
            all += try monitor.receive()
            usleep(10_000)
        }
        return all
    }
}

extension Logger {
    /// Says nothing.
    static var quiet: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
