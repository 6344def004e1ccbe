import NetworkTypes
import Testing

@testable import IPAM

@Suite struct PoolLayoutTests {
    @Test("has no address that a host cannot own")
    func unassignable() {
        let layout = PoolLayout([Pool("all", "0.0.0.0/0", "::/0")])
        let borders: [IPAddress] = [
            "0.255.255.255", "1.0.0.0", "126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0",
            "169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0", "223.255.255.255", "224.0.0.0",
            "255.255.255.255", "::", "::1", "::2", "::fffe:ffff:ffff", "::ffff:0.0.0.0", "::ffff:255.255.255.255",
            "0:0:0:0:0:1::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fe80::",
            "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ff00::",
            "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ]
        for address in borders { #expect((layout.poolIndex(of: address) != nil) == address.isAssignable, "\(address)") }
    }

    @Test("where pools overlap, the one tried first has the address, and each address counts once")
    func overlap() {
        let layout = PoolLayout([
            Pool("low", "10.0.0.0/29", "10.0.0.4-10.0.0.9"),
            Pool("high", "10.0.0.6-10.0.0.7") { $0.priority = 1 },
        ])
        #expect(layout.trialOrder == [1, 0])
        #expect(layout.pool(of: "10.0.0.6")?.name == "high")
        #expect(layout.pool(of: "10.0.0.8")?.name == "low")
        #expect(layout.usage.map(\.size) == [8, 2])
    }

    @Test("the place of a name never changes")
    func places() {
        #expect(ServiceKey("web/shop").place(through: 255) == ServiceKey("web/shop").place(through: 255))
        #expect(ServiceKey("web/shop").place(through: 0) == 0)
        let places = (0..<5).map { ServiceKey(namespace: "web", name: "shop-\($0)").place(through: 65535) }
        #expect(places == [34167, 22658, 15775, 52186, 35374])
    }

    @Test("places are spread evenly over any size", arguments: [10, 256, 1000] as [UInt128])
    func spread(size: UInt128) {
        var counts: [UInt128: Int] = [:]
        for number in 0..<Int(size) * 50 {
            counts[ServiceKey(namespace: "ns", name: "s\(number)").place(through: size - 1), default: 0] += 1
        }
        #expect(counts.count == Int(size))
        #expect(counts.values.allSatisfy { (15...100).contains($0) })
        #expect(counts.keys.allSatisfy { $0 < size })
    }
}
