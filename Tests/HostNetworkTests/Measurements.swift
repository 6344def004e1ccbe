import Foundation
import Glibc
import NIOConcurrencyHelpers
import NetworkTypes
import PacketLoop
import Synchronization
import Testing

@testable import HostNetwork
@testable import Netlink

/// Figures, not checks: `HERALD_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter HostNetworkTests.Measurements`.
@Suite(
    .serialized,
    .enabled(
        if: Namespace.isPossible && ProcessInfo.processInfo.environment["HERALD_MEASURE"] != nil,
        "prints figures when HERALD_MEASURE is set"))
struct Measurements {
    private static let watched = Duration.seconds(12)

    private static func key(_ number: Int, _ family: AddressFamily, on link: LinkIndex) -> AddressKey {
        switch family {
        case .ipv4: .test(number, on: link)
        case .ipv6: AddressKey(link: link, address: IPAddress(ipv6: 0x2001_0DB8 << 96 + UInt128(number + 1)))
        }
    }

    @Test(
        "what it costs to keep addresses, and how long they stay after the end",
        arguments: [(1, AddressFamily.ipv4), (1, .ipv6), (1000, .ipv4), (1000, .ipv6)])
    func keeping(count: Int, family: AddressFamily) async throws {
        let bench = try await KeeperBench("measure-\(count)-\(family.bitWidth)", .init())
        let keys = (0..<count).map { Self.key($0, family, on: bench.link) }
        let clock = ContinuousClock()
        let adding = await clock.measure { #expect(await bench.keep(keys).values.allSatisfy { $0 == nil }) }

        let watcher = try await bench.namespace.makeLoop("watcher")
        defer { watcher.stop() }
        let listener = try await watcher.run { try PlainListener() }
        let before = try await bench.loop.run { Self.threadTime() }
        try await Task.sleep(for: Self.watched)
        let used = try await bench.loop.run { Self.threadTime() - before }
        let notices = try await watcher.run { listener.drain() }
        let seconds = Double(Self.watched.wholeNanoseconds) / 1e9
        print(
            "\(count) \(family): added in \(adding), refreshed \(Double(notices) / seconds)/s,",
            "processor \((Double(used) / seconds / 1e3).rounded() / 1e3) ms/s")
        #expect(bench.lost.withLockedValue { $0.isEmpty })

        bench.loop.stop()
        let start = clock.now
        var first: Duration?
        while true {
            let left = try await bench.own().count
            if left < count, first == nil { first = start.duration(to: clock.now) }
            if left == 0 { break }
            usleep(50_000)
        }
        print("\(count) \(family): first gone after \(first ?? .zero), last after \(start.duration(to: clock.now))")
    }

    @Test("what single orders cost beside 1,000 addresses", arguments: AddressFamily.allCases)
    func singles(family: AddressFamily) async throws {
        let bench = try await KeeperBench("single-\(family.bitWidth)", .init())
        let keys = (0..<1000).map { Self.key($0, family, on: bench.link) }
        _ = await bench.keep(keys)
        let more = (1000..<1050).map { Self.key($0, family, on: bench.link) }
        let clock = ContinuousClock()
        let adding = await clock.measure { for key in more { _ = await bench.keep([key]) } }
        let adopting = await clock.measure { for key in more { _ = await bench.keep([key]) } }
        let removing = await clock.measure { for key in more { await bench.letGo([key]) } }
        print("\(family) one beside 1,000: added in \(adding / 50), adopted \(adopting / 50), let go \(removing / 50)")
        let again = await clock.measure { _ = await bench.keep(keys) }
        let end = await clock.measure { await bench.letGo(keys) }
        print("\(family) 1,000: adopted in \(again), let go \(end)")
    }

    /// Processor time of the calling thread, the kernel's part included, in nanoseconds.
    private static func threadTime() -> Int {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
}

/// Hears of every change of an address, as other programs do. Used on one loop alone.
private final class PlainListener: @unchecked Sendable {
    private let socket: NetlinkSocket
    private var buffer = [UInt8](repeating: 0, count: 65536)

    init() throws {
        socket = try NetlinkSocket(receiveBuffer: 16 << 20)
        try socket.join(group: 5)
        try socket.join(group: 9)
    }

    /// Messages that were waiting.
    func drain() -> Int {
        var count = 0
        while let reception = try? socket.receive(into: &buffer), reception != .nothing { count += 1 }
        return count
    }
}
