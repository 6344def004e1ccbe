import NetworkTypes
import Testing

@testable import BGPMode
@testable import Netlink

@Suite("HostAddresses")
struct HostAddressesTests {
    private static func host() throws -> HostAddresses {
        var state = NetworkState()
        let held = [
            (1, "10.0.1.2", 24), (1, "fd00:1::2", 64), (2, "10.0.2.2", 24), (3, "10.0.1.3", 24), (4, "10.9.9.9", 32),
        ]
        for number in Int32(1)...4 {
            state.apply(
                .link(Link(index: LinkIndex(number + 1), name: "eth\(number)", flags: [.up, .running, .lowerUp])))
        }
        for (number, text, length) in held {
            let key = AddressKey(
                link: LinkIndex(Int32(number) + 1), address: try #require(IPAddress(text)), prefixLength: length)
            state.apply(
                .address(
                    InterfaceAddress(
                        key: key, label: nil, scope: .universe, flags: [], lifetime: .forever, provenance: nil,
                        routePriority: nil)))
        }
        return HostAddresses(state)
    }

    @Test(
        "a neighbour is on the interfaces that have its subnet, and nowhere when none has",
        arguments: [
            ("10.0.1.1", [2, 4]), ("10.0.2.1", [3]), ("fd00:1::1", [2]), ("10.9.9.8", []), ("192.0.2.1", []),
        ] as [(String, Set<UInt32>)])
    func links(peer: String, links: Set<UInt32>) throws {
        #expect(try Self.host().links(towards: try #require(IPAddress(peer))) == links)
    }
}
