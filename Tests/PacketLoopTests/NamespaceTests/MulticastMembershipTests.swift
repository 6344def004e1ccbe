import Glibc
import NetworkTypes
import Testing

@testable import PacketLoop

@Suite(
    "Multicast membership in a network namespace",
    .enabled(if: NetworkNamespace.isPermitted, "needs root to make network namespaces"), .timeLimit(.minutes(1)))
struct MulticastMembershipTests {
    /// ff02::1:ff00:0 and the low bits: the solicited-node group of an address.
    private static func group(_ low: Int) -> IPAddress {
        IPAddress(ipv6: 0xFF02_0000_0000_0000_0000_0001_FF00_0000 | UInt128(low))
    }

    /// The groups that the kernel listens to on an interface, as it lists them.
    private static func groups(on name: String) throws -> Set<String> {
        let text = try contents("/proc/thread-self/net/igmp6")
        let columns = text.split(separator: "\n").map { line in line.split(separator: " ").map(String.init) }
        return Set(columns.filter { $0.count > 2 && $0[1] == name }.map { $0[2] })
    }

    private static func contents(_ path: String) throws -> String {
        let file = Descriptor(owning: try check(unsafe open(path, O_RDONLY), "open", on: path))
        var octets: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = try check(unsafe read(file.number, &piece, piece.count), "read", on: path)
            guard count > 0 else { return String(decoding: octets, as: UTF8.self) }
            octets += piece.prefix(count)
        }
    }

    @Test("a group is listened to from the first join to the last leave")
    func counted() async throws {
        try await NetworkNamespace.run {
            let index = try NetworkNamespace.cable().near
            let membership = MulticastMembership()
            let listed = "ff0200000000000000000001ff00002a"
            for _ in 0..<2 { try membership.join(Self.group(42), interface: index) }
            #expect(try Self.groups(on: "near").contains(listed))
            membership.leave(Self.group(42), interface: index)
            #expect(try Self.groups(on: "near").contains(listed))
            membership.leave(Self.group(42), interface: index)
            #expect(try !Self.groups(on: "near").contains(listed))
            membership.leave(Self.group(42), interface: index)
            #expect(membership.count == 0)
        }
    }

    @Test("thousands of groups are spread over sockets, and room that was given back is used again")
    func many() async throws {
        try await NetworkNamespace.run {
            let index = try NetworkNamespace.cable().near
            let membership = MulticastMembership()
            let before = try Self.groups(on: "near").count
            for low in 0..<4000 { try membership.join(Self.group(0x10000 + low), interface: index) }
            #expect(try Self.groups(on: "near").count == before + 4000)
            #expect(membership.socketCount == 16)
            for low in 0..<1000 { membership.leave(Self.group(0x10000 + low), interface: index) }
            for low in 0..<1000 { try membership.join(Self.group(0x20000 + low), interface: index) }
            #expect(membership.socketCount == 16)
            #expect(try Self.groups(on: "near").count == before + 4000)
        }
    }

    @Test("where a socket has less room than expected, the next one is used")
    func fullSocket() async throws {
        try await NetworkNamespace.run {
            let index = try NetworkNamespace.cable().near
            let membership = MulticastMembership(perSocket: 100_000, limit: 100_000)
            for low in 0..<6000 { try membership.join(Self.group(low), interface: index) }
            #expect(membership.count == 6000)
            #expect(membership.socketCount > 1)
        }
    }

    @Test("the limit, a missing interface and a removed one are errors or harmless")
    func failures() async throws {
        try await NetworkNamespace.run {
            let index = try NetworkNamespace.cable().near
            let membership = MulticastMembership(perSocket: 10, limit: 3)
            #expect(throws: SystemError.self) { try membership.join(Self.group(1), interface: index + 1000) }
            for low in 0..<3 { try membership.join(Self.group(low), interface: index) }
            #expect(throws: SystemError.self) { try membership.join(Self.group(9), interface: index) }
            try NetworkNamespace.ip("link del near")
            membership.leave(Self.group(0), interface: index)
            membership.forget(interface: index)
            #expect(membership.count == 0)
        }
    }
}
