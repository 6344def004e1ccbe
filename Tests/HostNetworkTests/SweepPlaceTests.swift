import Netlink
import NetworkTypes
import Testing

@testable import HostNetwork

@Suite("Links that a sweep is about")
struct SweepPlaceTests {
    @Test("the other links are neither the loopback link nor a device of this process")
    func places() {
        let device = LinkIndex(7)
        let links = [LinkIndex.loopback, LinkIndex(2), device]
        let keys = links.map { AddressKey.test(1, on: $0) }
        func swept(_ place: AddressKeeper.Place) -> [LinkIndex] {
            keys.filter { place.contains($0, devices: [device]) }.map(\.link)
        }
        #expect(swept(.everywhere) == links)
        #expect(swept(.loopback) == [.loopback])
        #expect(swept(.otherLinks) == [LinkIndex(2)])
    }
}
