import AddressResolution
import Configuration
import HashTreeCollections
import LoadBalancing
import Netlink
import NetworkTypes
import Testing

@testable import ARPMode

@Suite("Speaker")
struct SpeakerTests {
    private let vip4 = IPAddress.test("192.0.2.10")
    private let vip6 = IPAddress.test("2001:db8::10")

    private func node(_ attach: ARPSettings.Attachment = .interface) -> ModelNode { .ready(attach) }

    @Test("an address is held, then announced, then reported")
    func orderOfEffects() throws {
        var node = node()
        node.want("192.0.2.10")
        let key = AddressKey(link: Host.eth0, address: vip4)
        #expect(node.effects == [.open(Host.eth0), .attach(key, ticket: 1), .sweep(keeping: [key])])
        #expect(node.sent.isEmpty && node.reports.isEmpty)
        node.work()
        let before = node.effects.count
        node.answer()
        let after = node.effects[before...]
        #expect(after.count == 3)
        #expect(after.prefix(2).allSatisfy { if case .send(_, Host.eth0) = $0 { true } else { false } })
        #expect(after.last == .report(vip4, .inEffect(interface: "eth0")))
        #expect(node.violations == [])
    }

    @Test("an announcement is repeated soon after, then at long intervals, and never keeps the loop busy")
    func repeats() {
        var node = node()
        node.want("192.0.2.10")
        node.finishKernelWork()
        node.run(for: .seconds(6))
        #expect(node.sent.count == 2 * 7)
        node.run(for: .seconds(600))
        #expect((8...12).contains((node.sent.count - 14) / 2))
        #expect(node.violations == [])
    }

    /// Who answers: the kernel, or the process, and which groups are joined for it.
    @Test(
        "who answers depends on where the address lives",
        arguments: [
            ("interface", 0, "", ""), ("interface", 2, "", ""), ("link", 0, "2001:db8::10", "2001:db8::10"),
            ("link", 1, "192.0.2.10 2001:db8::10", "2001:db8::10"),
            ("none", 0, "192.0.2.10 2001:db8::10", "2001:db8::10"),
        ])
    func attachWays(way: String, arpIgnore: Int, answered: String, joined: String) throws {
        let attach = try #require(ARPSettings.Attachment(rawValue: way))
        var node = node(attach)
        node.interfaceSettings?.arpIgnore = arpIgnore
        node.want([vip4, vip6])
        node.finishKernelWork()
        let owned = node.speaker.segments[Host.eth0]?.responder.owned ?? []
        #expect(owned.sorted().map(\.description).joined(separator: " ") == answered)
        #expect((node.joined[Host.eth0] ?? []).map(\.description).joined(separator: " ") == joined)
        let device = attach == .link ? ModelNode.device : Host.eth0
        let held = attach == .none ? [] : [vip4, vip6].map { AddressKey(link: device, address: $0) }
        #expect(node.held == Set(held))
        #expect(node.reports.values.allSatisfy { $0 == .inEffect(interface: "eth0") } && node.reports.count == 2)
        node.want([])
        node.finishKernelWork()
        #expect(node.held.isEmpty && node.open.isEmpty && node.joined.values.allSatisfy(\.isEmpty))
        #expect(node.reports == [vip4: .withdrawn, vip6: .withdrawn])
        #expect(node.violations == [])
    }

    @Test("questions are answered for what is owned, and for nothing after it was withdrawn")
    func answers() throws {
        var node = node(.none)
        node.want("192.0.2.10")
        let asker = Station(hardwareAddress: MACAddress(number: 0x0200_0000_00AA))
        let question = try #require(asker.probeFrame(for: vip4, nonce: []))
        let now = node.now
        #expect(node.speaker.received(question, on: Host.eth0, at: now).count == 1)
        #expect(node.speaker.received(question, on: Host.eth1, at: now).isEmpty)
        node.want([])
        #expect(node.speaker.received(question, on: Host.eth0, at: now).isEmpty)
    }

    @Test("leftovers are swept once, when both the wanted and the network are known, and what is placed is kept")
    func sweep() {
        let key = AddressKey(link: Host.eth0, address: vip4)
        var wantedFirst = ModelNode()
        wantedFirst.host = .twoInterfaces
        wantedFirst.want("192.0.2.10", "203.0.113.1")
        #expect(wantedFirst.sweeps.isEmpty)
        #expect(wantedFirst.reports.values.allSatisfy { if case .pending = $0 { true } else { false } })
        wantedFirst.tellNetwork()
        #expect(wantedFirst.sweeps == [[key]])

        var networkFirst = ModelNode()
        networkFirst.host = .twoInterfaces
        networkFirst.tellNetwork()
        #expect(networkFirst.sweeps.isEmpty)
        networkFirst.want("192.0.2.10")
        #expect(networkFirst.sweeps == [[key]])
        networkFirst.want([])
        networkFirst.want("192.0.2.10")
        networkFirst.host.setCarrier(Host.eth1, false)
        networkFirst.tellNetwork()
        #expect(networkFirst.sweeps.count == 1)
    }

    @Test("what an earlier process left is adopted where it is wanted and removed where it is not")
    func adoption() {
        var node = ModelNode()
        node.host = .twoInterfaces
        for address in ["192.0.2.10", "192.0.2.11"] {
            node.host.put(AddressKey(link: Host.eth0, address: .test(address)), isOurs: true)
        }
        node.tellNetwork()
        node.want("192.0.2.10")
        node.finishKernelWork()
        node.tellNetwork()
        #expect(node.held == [AddressKey(link: Host.eth0, address: vip4)])
        #expect(node.reports == [vip4: .inEffect(interface: "eth0")])
        #expect(node.violations == [])
    }

    @Test("an address withdrawn while the kernel is asked is let go of, and the answer ignored")
    func withdrawnWhileAttaching() {
        var node = node()
        node.want("192.0.2.10")
        node.work()
        node.want([])
        node.finishKernelWork()
        #expect(node.held.isEmpty && node.sent.isEmpty && node.open.isEmpty)
        #expect(node.reports == [vip4: .withdrawn])
        node.want("192.0.2.10")
        node.want([])
        node.want("192.0.2.10")
        node.work()
        node.answer()
        #expect(node.sent.isEmpty, "the first answer is for an order that was taken back")
        node.finishKernelWork()
        #expect(!node.sent.isEmpty && node.reports == [vip4: .inEffect(interface: "eth0")])
        #expect(node.violations == [])
    }

    /// How long a node with so many addresses on one interface takes to take in another: the shortest of several times.
    private func timeForInterface(beside count: Int) -> Duration {
        let addresses = (0..<count).map { IPAddress(ipv4: 0x0A00_0100 + UInt32($0)) }
        var host = Host.twoInterfaces
        host.add("10.0.0.1/16", to: 2)
        for address in addresses { host.put(AddressKey(link: Host.eth0, address: address), isOurs: true) }
        var speaker = Speaker(settings: ModelNode.settings(.interface))
        _ = speaker.setNetwork(host.state, at: .zero)
        let wanted = AnnouncementSet(addresses.map { Announcement(address: $0, pool: nil) })
        for case .attach(let key, let ticket) in speaker.want(wanted, at: .zero) {
            _ = speaker.attached(key, ticket: ticket, failure: nil, at: .zero)
        }
        host.put("veth0", 4)
        let state = host.state
        let times = (0..<7).map { _ in
            var copy = speaker
            return ContinuousClock().measure { _ = copy.setNetwork(state, at: .zero) }
        }
        return times.min() ?? .zero
    }

    @Test("another interface costs in proportion to the addresses, not to their square")
    func cost() {
        let few = timeForInterface(beside: 400)
        let many = timeForInterface(beside: 4_000)
        #expect(many < few * 25, "\(few) for a tenth, \(many) for all")
    }

    @Test("everything is withdrawn at the end")
    func withdrawAll() {
        var node = node()
        node.want([vip4, vip6])
        node.finishKernelWork()
        let count = node.sent.count
        node.withdrawAll()
        node.finishKernelWork()
        node.run(for: .seconds(60))
        node.host.setCarrier(Host.eth1, false)
        node.tellNetwork()
        #expect(node.held.isEmpty && node.open.isEmpty && node.sent.count == count && node.speaker.nextWake == nil)
        #expect(node.reports == [vip4: .withdrawn, vip6: .withdrawn])
        #expect(node.violations == [])
    }
}
