import AddressResolution
import Testing

@testable import FileSystem
@testable import Netlink

@Suite("What fuzzing begins with is well-formed")
struct SeedTests {
    @Test("every router advertisement is one", arguments: FrameSeeds.advertisements)
    func advertisement(frame: [UInt8]) {
        #expect(RouterAdvertisement(frame: frame) != nil)
    }

    @Test("every message of the kernel is of use", arguments: KernelSeeds.datagrams)
    func netlink(datagram: [UInt8]) {
        var irrelevant = 0
        let malformed = NetlinkMessage.forEach(in: NativeReader(datagram)) { _, content in
            if content == .irrelevant { irrelevant += 1 }
        }
        #expect(malformed == 0 && irrelevant == 0)
    }

    @Test("every event of inotify is whole", arguments: KernelSeeds.events)
    func inotify(octets: [UInt8]) {
        let names = InotifyEvent.all(in: octets[...]).map(\.name)
        #expect(names.reduce(0) { $0 + ($1.isEmpty ? 16 : 32) } == octets.count)
    }
}
