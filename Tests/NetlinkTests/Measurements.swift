import Foundation
import Glibc
import NetworkTypes
import Testing

@testable import Netlink

/// Figures, not checks: `HERALD_MEASURE=1 swift test -c release -Xswiftc -enable-testing --filter Measurements`.
@Suite(
    .serialized,
    .enabled(
        if: Namespace.isPossible && ProcessInfo.processInfo.environment["HERALD_MEASURE"] != nil,
        "prints figures when HERALD_MEASURE is set"))
struct Measurements {
    private static let lifetime = AddressLifetime.neverSource(for: .seconds(60))

    private func addresses(
        _ family: AddressFamily, _ count: Int, on link: LinkIndex
    ) -> [AddressAssignment] {
        (0..<count).map { number in
            let address =
                switch family {
                case .ipv4: IPAddress(ipv4: 0xC612_0000 + UInt32(number))
                case .ipv6: IPAddress(ipv6: 0x2001_0DB8 << 96 + UInt128(number + 1))
                }
            return AddressAssignment(AddressKey(link: link, address: address), lifetime: Self.lifetime)
        }
    }

    @Test("batches of 1,000 addresses, and what a listener hears", arguments: AddressFamily.allCases)
    func batches(family: AddressFamily) throws {
        let namespace = try Namespace("measure-\(family.bitWidth)")
        try namespace.addPair()
        let (monitor, requests, plain) = try namespace.run {
            (try NetlinkMonitor(), try NetlinkRequests(limit: .seconds(30)), try NetlinkSocket.listening())
        }
        let link = try #require(try monitor.synchronise().link(named: "veth0")).index
        let many = addresses(family, 1000, on: link)
        report("\(family) add", 1000) { #expect((try? requests.add(many)) == []) }
        report("\(family) add heard", 1000) { _ = try? monitor.changes { $0.count >= 1000 } }
        usleep(200_000)
        let before = monitor.datagrams
        _ = plain.drain()
        for _ in 0..<3 { report("\(family) refresh", 1000) { #expect((try? requests.refresh(many)) == []) } }
        usleep(200_000)
        _ = try monitor.receive()
        print("\(family) refresh x 3: notices with the filter \(monitor.datagrams - before), without \(plain.drain())")
        report("\(family) own addresses", 1000) { #expect((try? requests.ownAddresses().count) == 1000) }
        report("\(family) remove", 1000) { #expect((try? requests.remove(many.map(\.key))) == []) }
    }

    /// Fewer for IPv6, because the kernel goes through all of them each time that one is set.
    @Test("many addresses", arguments: [(AddressFamily.ipv4, 10_000), (.ipv6, 3_000)])
    func dump(family: AddressFamily, count: Int) throws {
        let namespace = try Namespace("measure-dump-\(family.bitWidth)")
        try namespace.addPair()
        let requests = try namespace.run { try NetlinkRequests(limit: .seconds(60)) }
        let link = try #require(try requests.state().link(named: "veth0")).index
        let many = addresses(family, count, on: link)
        report("\(family) add", count) { #expect((try? requests.add(many)) == []) }
        report("\(family) refresh", count) { #expect((try? requests.refresh(many)) == []) }
        for _ in 0..<3 { report("\(family) state read", count) { _ = try? requests.state() } }
        let monitor = try namespace.run { try NetlinkMonitor() }
        var longest = Duration.zero
        let clock = ContinuousClock()
        report("\(family) monitor started", count) {
            while !monitor.isCurrent { longest = max(longest, clock.measure { _ = try? monitor.receive() }) }
        }
        print("\(family) longest call of receive: \(longest)")
        #expect(monitor.state.ownAddresses.count == count)
        var found = 0
        report("\(family) lookups of a link", count) {
            for one in many where monitor.state.link(reaching: one.key.address) != nil { found += 1 }
        }
        report("\(family) remove", count) { #expect((try? requests.remove(many.map(\.key))) == []) }
    }

    /// Where neighbours are looked for, each address has a multicast group, and each request has the kernel go through
    /// all groups of the link.
    @Test("1,000 IPv6 addresses on a link without neighbours")
    func withoutNeighbours() throws {
        let namespace = try Namespace("measure-lo")
        let requests = try namespace.run { try NetlinkRequests(limit: .seconds(60)) }
        let many = addresses(.ipv6, 1000, on: LinkIndex(1))
        report("ipv6 on lo, add", 1000) { #expect((try? requests.add(many)) == []) }
        report("ipv6 on lo, refresh", 1000) { #expect((try? requests.refresh(many)) == []) }
        report("ipv6 on lo, remove", 1000) { #expect((try? requests.remove(many.map(\.key))) == []) }
    }

    /// Prints what `body` took by the clock and of this process's processor time, which the kernel's part is in.
    private func report(_ what: String, _ count: Int, _ body: () -> Void) {
        let processor = clock()
        let start = ContinuousClock.now
        body()
        let (seconds, fraction) = start.duration(to: .now).components
        let microseconds = Double(seconds) * 1e6 + Double(fraction) / 1e12
        let used = Double(clock() - processor)
        print(
            "\(what) \(count): \((microseconds / 100).rounded() / 10) ms, \((microseconds / Double(count) * 10).rounded() / 10) µs each,",
            "processor \((used / 100).rounded() / 10) ms")
    }
}

/// A listener as other programs have them.
private final class PlainListener {
    let socket: NetlinkSocket
    private var buffer = [UInt8](repeating: 0, count: 65536)

    init(_ socket: consuming NetlinkSocket) { self.socket = socket }

    /// Datagrams that were waiting.
    func drain() -> Int {
        var count = 0
        while let reception = try? socket.receive(into: &buffer), reception != .nothing { count += 1 }
        return count
    }
}

extension NetlinkSocket {
    fileprivate static func listening() throws -> PlainListener {
        let socket = try NetlinkSocket(receiveBuffer: 16 << 20)
        try socket.join(group: 5)
        try socket.join(group: 9)
        return PlainListener(socket)
    }
}
