import BGP
import Configuration
import HashTreeCollections
import HostNetwork
import LoadBalancing
import Netlink
import NetworkTypes
import PacketLoop
import Testing

@testable import BGPMode

@Suite("Where addresses live", .timeLimit(.minutes(1)))
struct AttachmentTests {
    typealias Bench = AnnouncerBench

    @Test("what is on lo stays there with its routes while the device cannot be made that it is to move to")
    func noDevice() async throws {
        let bench = try Bench(Bench.settings())
        await bench.announcer.beginAlone()
        await bench.announcer.reconcile([Announcement(address: BGPAnnouncer.address, pool: "edge")])
        await bench.announcer.pretendLoopback()
        await bench.configure(Bench.settings { $0.attach = .link })
        #expect(await bench.announcer.isOnLoopback)
        await bench.announcer.failDevice()
        #expect(await bench.announcer.isOnLoopback)
        #expect(await bench.announcer.waitsFor == "NoSession")
        let problems = await bench.announcer.report().problems
        #expect(problems.count == 1 && problems.first?.hasPrefix("bgp.attach is link, and its device") == true)
        await bench.configure(Bench.settings { $0.attach = .lo })
        #expect(await bench.announcer.isOnLoopback)
        #expect(await bench.announcer.report().problems.isEmpty)
    }
}

extension BGPAnnouncer {
    fileprivate static let address = IPAddress(ipv4: 0xC000_0201)

    /// What is held nowhere counts as held on lo; the kernel is asked for no device.
    fileprivate func pretendLoopback() {
        settings.attach = .lo
        isDeviceAsked = true
    }

    /// Another has a device of that name; it is not asked for again.
    fileprivate func failDevice() {
        takeIn(device: .failure(.notMade(.nameTaken(Self.deviceName))))
        deviceTimer?.cancel()
    }

    /// Whether the address is on lo, and the peer is to have it.
    fileprivate var isOnLoopback: Bool {
        attachmentLink == .loopback && attachmentName == "lo" && book.isRouted(Self.address)
            && drivers["tor"]?.peer.routes.refusal(of: CIDR(Self.address)) == .noSession
    }

    /// Why the address is not in effect yet.
    fileprivate var waitsFor: String? {
        guard case .pending(let obstacle)? = told[Self.address] else { return nil }
        return obstacle.reason
    }
}
