import NetworkTypes
import Testing

@testable import AddressResolution

@Suite("Claims of owned addresses by others")
struct ConflictMonitorTests {
    private func claim(
        _ time: Int64, by hardware: MACAddress = theirs, kind: Claim.Kind = .use, of address: IPAddress = vip4
    ) -> Claim {
        Claim(address: address, hardwareAddress: hardware, kind: kind, time: milliseconds(time))
    }

    @Test("the first claim is defended, a second within 10 s takes the address")
    func yields() {
        var monitor = ConflictMonitor()
        #expect(monitor.handle(claim(0)) == .defend(vip4, against: theirs))
        #expect(monitor.handle(claim(9_999)) == .lost(vip4, to: theirs))
    }

    @Test("three claims more than 10 s apart are defended; the fourth within ten minutes takes the address")
    func persists() {
        var monitor = ConflictMonitor()
        for time in [0, 15_000, 580_000] as [Int64] {
            #expect(monitor.handle(claim(time)) == .defend(vip4, against: theirs))
        }
        #expect(monitor.handle(claim(599_999)) == .lost(vip4, to: theirs))
        // What was lost and had again is defended anew.
        #expect(monitor.handle(claim(620_000)) == .defend(vip4, against: theirs))
    }

    @Test("claims that come seldom are defended each")
    func defendsAgain() {
        var monitor = ConflictMonitor()
        for time in stride(from: 0, to: 10_000_000, by: 200_001) as StrideTo<Int64> {
            #expect(monitor.handle(claim(time)) == .defend(vip4, against: theirs))
        }
    }

    @Test("a host that announces in several frames at once has made one claim")
    func settles() {
        var monitor = ConflictMonitor()
        #expect(monitor.handle(claim(0)) == .defend(vip4, against: theirs))
        #expect(monitor.handle(claim(0)) == nil)
        #expect(monitor.handle(claim(99)) == nil)
        #expect(monitor.handle(claim(100)) == .lost(vip4, to: theirs))
        var strict = ConflictMonitor(settleTime: .zero)
        _ = strict.handle(claim(0))
        #expect(strict.handle(claim(0)) == .lost(vip4, to: theirs))
    }

    @Test("a policy to hold defends once every 10 s at most, whatever the others do")
    func holds() {
        var monitor = ConflictMonitor(policy: .hold)
        let effects = (0..<1_000).compactMap { monitor.handle(claim(Int64($0) * 100)) }
        #expect(effects == [ConflictMonitor.Effect](repeating: .defend(vip4, against: theirs), count: 10))
    }

    @Test("a node of ours is told of and never fought")
    func members() {
        var monitor = ConflictMonitor(members: [theirs])
        #expect(monitor.handle(claim(0)) == .memberClaim(vip4, by: theirs))
        #expect(monitor.handle(claim(1_000)) == .memberClaim(vip4, by: theirs))
        let stranger = MACAddress(number: 0x0200_5E10_0066)
        #expect(monitor.handle(claim(1_001, by: stranger)) == .defend(vip4, against: stranger))
        monitor.members = []
        #expect(monitor.handle(claim(2_000)) == .lost(vip4, to: theirs))
    }

    @Test("a probe is no conflict: it has been answered")
    func probes() {
        var monitor = ConflictMonitor()
        #expect(monitor.handle(claim(0, kind: .probe)) == nil)
        #expect(monitor.handle(claim(1)) == .defend(vip4, against: theirs))
    }

    @Test("addresses are judged one by one, and an address that was let go begins anew")
    func separateAddresses() {
        var monitor = ConflictMonitor()
        #expect(monitor.handle(claim(0)) == .defend(vip4, against: theirs))
        #expect(monitor.handle(claim(200, of: vip6)) == .defend(vip6, against: theirs))
        monitor.forget(vip4)
        #expect(monitor.handle(claim(400)) == .defend(vip4, against: theirs))
    }
}
