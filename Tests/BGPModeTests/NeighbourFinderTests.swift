import Netlink
import NetworkTypes
import PacketLoop
import Testing

@testable import BGPMode

@Suite("Finding neighbours", .timeLimit(.minutes(1)))
struct NeighbourFinderTests {
    @Test("an interface that cannot be listened on is told of once, and tried again for as long as it is wanted")
    func retry() async throws {
        let bench = try Bench()
        let interface = NeighbourFinder.Interface(
            name: "none", link: LinkIndex(.max), mac: MACAddress(number: 0x0200_0000_0001),
            address: IPAddress(ipv6: 0xFE80 << 112 | 1))
        let first = await bench.perform { finder in
            finder.look(on: [interface])
            return finder.failedAttempts
        }
        #expect(first == 1)
        while await bench.perform({ $0.failedAttempts }) < 4 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await bench.perform { $0.news.count } == 1)
        let last = await bench.perform { finder in
            finder.look(on: [])
            return finder.failedAttempts
        }
        try await Task.sleep(for: .milliseconds(200))
        let end = await bench.perform { $0.failedAttempts }
        #expect(end == last)
    }
}

/// A finder on a loop of its own, which is given its signals.
///
/// Unchecked: but for its making the finder is used on the loop's thread alone.
private final class Bench: @unchecked Sendable {
    private let loop: PacketLoop
    private var finder: NeighbourFinder?

    init() throws {
        loop = try PacketLoop.start(name: "finder")
        finder = NeighbourFinder(loop: loop, closer: loop, interval: .milliseconds(20)) { [weak self] signal in
            self?.finder?.take(signal)
        }
    }

    deinit { loop.stop() }

    /// What `body` finds, on the loop's thread.
    func perform(_ body: @escaping @Sendable (NeighbourFinder) -> Int) async -> Int {
        await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: self.finder.map(body) ?? 0) }
        }
    }
}
