import AddressResolution
import Configuration
import LoadBalancing
import Netlink
import NetworkTypes
import Testing

@testable import ARPMode

@Suite("Speaker, when something goes wrong or changes")
struct SpeakerRecoveryTests {
    private let vip = IPAddress.test("192.0.2.10")
    private let onEth0 = AddressKey(link: Host.eth0, address: .test("192.0.2.10"))
    private let failure = Obstacle(reason: "AddressNotAdded", sentence: "the kernel refuses")

    private func running(_ attach: ARPSettings.Attachment = .interface) -> ModelNode {
        var node = ModelNode.ready(attach)
        node.want([vip])
        node.finishKernelWork()
        node.tellNetwork()
        node.run(for: .seconds(6))
        return node
    }

    private func reason(_ node: ModelNode, _ address: IPAddress? = nil) -> String? {
        switch node.reports[address ?? vip] {
        case .blocked(let obstacle), .pending(let obstacle): obstacle.reason
        case .inEffect(let interface): interface
        case .owned, .conflicted, .conflictOver, .withdrawn, nil: nil
        }
    }

    @Test("what the kernel refuses is asked again after five seconds, not before")
    func retry() {
        var node = ModelNode.ready(.interface)
        node.want([vip])
        node.work(failure: failure)
        node.answer()
        #expect(node.reports == [vip: .blocked(failure)] && node.sent.isEmpty)
        #expect(node.speaker.nextWake == node.now.advanced(by: .seconds(5)))
        node.host.setCarrier(Host.eth1, false)
        node.tellNetwork()
        node.run(for: .milliseconds(4999))
        node.finishKernelWork()
        #expect(node.sent.isEmpty && node.held.isEmpty)
        node.run(for: .milliseconds(1))
        node.finishKernelWork()
        #expect(node.held == [onEth0] && reason(node) == "eth0")
        #expect(node.violations == [])
    }

    @Test("what the kernel does not answer for three seconds is given up, and asked for again later")
    func silence() {
        var node = ModelNode.ready(.interface)
        let other = IPAddress.test("192.0.2.11")
        node.want([vip])
        node.run(for: .milliseconds(2999))
        #expect(reason(node) == nil)
        node.run(for: .milliseconds(1))
        #expect(reason(node) == "AddressNotAdded")
        // It comes to it at last: what was asked for and taken back leaves nothing behind.
        node.finishKernelWork()
        #expect(node.held.isEmpty && node.sent.isEmpty)
        node.run(for: .seconds(5))
        node.finishKernelWork()
        #expect(node.held == [onEth0] && reason(node) == "eth0")
        // Slow is not silent.
        node.want([vip, other])
        node.run(for: .seconds(2))
        node.finishKernelWork()
        #expect(reason(node, other) == "eth0")
        #expect(node.violations == [])
    }

    @Test("an IPv4 address on a device is answered for from when the kernel's settings keep it silent, until then")
    func strictARP() throws {
        var node = running(.link)
        var settings = try #require(node.interfaceSettings)
        func isAnswered() -> Bool { node.speaker.segments[Host.eth0]?.responder.owned.contains(vip) == true }
        #expect(!isAnswered())
        settings.arpIgnore = 1
        node.feed { speaker, now in speaker.setSettings(settings, on: Host.eth0, at: now) }
        #expect(isAnswered())
        settings.arpIgnore = 0
        node.feed { speaker, now in speaker.setSettings(settings, on: Host.eth0, at: now) }
        #expect(!isAnswered())
        #expect(node.violations == [])
    }

    @Test("how conflicts are looked for changes for what is in question, and for what is looked at ahead")
    func otherDetection() {
        var node = ModelNode.ready(.interface)
        let set = AnnouncementSet([Announcement(address: vip, pool: nil)])
        var settings = ModelNode.settings(.interface)
        settings.conflictDetection = .rfc5227
        node.feed { speaker, now in speaker.configure(settings, at: now) }
        node.feed { speaker, now in speaker.want(set, probing: [vip], at: now) }
        node.feed { speaker, now in speaker.expect([.test("192.0.2.11")], at: now) }
        node.run(for: .seconds(1))
        #expect(node.speaker.phases[vip] == .probing(Host.eth0))
        settings.conflictDetection = .off
        node.feed { speaker, now in speaker.configure(settings, at: now) }
        node.finishKernelWork()
        #expect(reason(node) == "eth0")
        settings.conflictDetection = .fast
        node.feed { speaker, now in speaker.configure(settings, at: now) }
        node.run(for: .milliseconds(100))
        #expect(node.speaker.scouting.provenCount == 1)
    }

    @Test("an address is held against another host, or left to it, as the settings have it")
    func onConflict() throws {
        let other = Station(hardwareAddress: MACAddress(number: 0x0200_0000_00AA))
        let claim = try #require(other.announcementFrames(for: vip).first)
        for policy in ARPSettings.ConflictAnswer.allCases {
            var node = running()
            var settings = ModelNode.settings(.interface)
            settings.onConflict = policy
            node.feed { speaker, now in speaker.configure(settings, at: now) }
            for _ in 0..<2 {
                node.feed { speaker, now in speaker.received(claim, on: Host.eth0, at: now) }
                node.run(for: .seconds(1))
            }
            let defended = Speaker.Effect.defended(vip, against: other.hardwareAddress, interface: "eth0")
            #expect(node.effects.count { $0 == defended } == 1)
            let lost = AnnouncementEffect.State.conflicted(by: other.hardwareAddress, interface: "eth0")
            #expect(node.reports[vip] == (policy == .hold ? .inEffect(interface: "eth0") : lost))
        }
    }

    @Test("how often addresses in effect are announced again changes with the settings")
    func reannounce() {
        var node = running()
        var settings = ModelNode.settings(.interface)
        for (interval, expected) in [(Duration.zero, 0), (.seconds(10), 60)] {
            settings.reannounce = interval
            node.feed { speaker, now in speaker.configure(settings, at: now) }
            let before = node.sent.count
            node.run(for: .seconds(600))
            #expect((node.sent.count - before) / 2 == expected)
        }
    }

    @Test("a lost address is put back at once; when it is taken again soon, that is reported and tried later")
    func lost() {
        var node = running()
        node.rob(onEth0)
        node.tellNetwork()
        node.finishKernelWork()
        node.tellNetwork()
        #expect(node.held == [onEth0] && reason(node) == "eth0")
        node.run(for: .seconds(5))
        node.rob(onEth0)
        node.tellNetwork()
        node.finishKernelWork()
        #expect(node.held.isEmpty && reason(node) == "AddressRemoved")
        let count = node.sent.count
        node.run(for: .milliseconds(4999))
        #expect(node.sent.count == count)
        node.run(for: .milliseconds(1))
        node.finishKernelWork()
        #expect(node.held == [onEth0] && reason(node) == "eth0")
        #expect(node.violations == [])
    }

    @Test("losses that are far apart are no pattern")
    func rareLosses() {
        var node = running()
        for _ in 0..<3 {
            node.rob(onEth0)
            node.tellNetwork()
            node.finishKernelWork()
            node.tellNetwork()
            #expect(node.held == [onEth0] && reason(node) == "eth0")
            node.run(for: .seconds(11))
        }
    }

    @Test("an address that was moved by ourselves, or is still there, is not lost")
    func notLost() {
        var node = running()
        node.lose([vip])
        #expect(node.orders.isEmpty, "the network shows it")

        node.configure(.interface, ["eth1"])
        node.finishKernelWork()
        node.tellNetwork()
        node.finishKernelWork()
        #expect(node.held == [AddressKey(link: Host.eth1, address: vip)] && reason(node) == "eth1")
        node.tellNetwork()
        #expect(node.orders.isEmpty && reason(node) == "eth1")
        #expect(node.violations == [])
    }

    @Test("without a carrier nothing is announced; with it back, everything is")
    func carrier() {
        var node = running()
        node.host.setCarrier(Host.eth0, false)
        node.tellNetwork()
        node.finishKernelWork()
        #expect(node.held.isEmpty && node.open.isEmpty && reason(node) == "NoCarrier")
        let count = node.sent.count
        node.run(for: .seconds(120))
        #expect(node.sent.count == count && node.speaker.nextWake == nil)
        node.host.setCarrier(Host.eth0, true)
        node.tellNetwork()
        node.finishKernelWork()
        #expect(node.held == [onEth0] && reason(node) == "eth0" && node.sent.count == count + 2)
        #expect(node.violations == [])
    }

    @Test("a link that goes takes its addresses along, and they come back with it")
    func linkGone() {
        var node = running()
        let link = node.host.links[Host.eth0]
        node.host.removeLink(Host.eth0)
        node.tellNetwork()
        node.finishKernelWork()
        #expect(node.open.isEmpty && reason(node) == "NoInterface")
        node.host.links[Host.eth0] = link
        node.host.add("192.0.2.1/24", to: 2)
        node.tellNetwork()
        node.finishKernelWork()
        #expect(node.held == [onEth0] && reason(node) == "eth0")
        #expect(node.violations == [])
    }

    @Test("sockets of an interface that left and came back are opened anew, and what is there is announced again")
    func reopened() {
        var node = ModelNode.ready(.none)
        let six = IPAddress.test("2001:db8::10")
        node.want([vip, six])
        node.run(for: .seconds(6))
        let (count, sent) = (node.effects.count, node.sent.count)
        node.feed { speaker, now in speaker.reopen(Host.eth0, at: now) }
        #expect(
            Array(node.effects[count...].prefix(4)) == [
                .leave(six, Host.eth0), .close(Host.eth0), .open(Host.eth0), .join(six, Host.eth0),
            ])
        #expect(Set(node.sent[sent...].map(\.address)) == [vip, six])
        node.feed { speaker, now in speaker.reopen(Host.eth1, at: now) }
        #expect(node.open == [Host.eth0] && node.violations == [])
    }

    @Test("a new hardware address is announced at once")
    func hardwareAddress() {
        var node = running()
        let other = MACAddress(number: 0x0200_0000_00FF)
        let count = node.sent.count
        node.host.edit(Host.eth0) { $0.macAddress = other }
        node.tellNetwork()
        #expect(node.sent.count == count + 2 && node.sent.last?.hardwareAddress == other)
        #expect(node.violations == [])
    }

    @Test("an interface of another name keeps its addresses, and the name is told")
    func otherName() {
        var node = running()
        let count = node.sent.count
        node.host.edit(Host.eth0) { $0.name = "lan7" }
        node.tellNetwork()
        #expect(reason(node) == "lan7")
        #expect(node.sent.count == count + 2 && node.violations == [])
    }

    @Test("a hardware address that changes while the kernel is asked announces nothing early")
    func hardwareAddressWhileAttaching() {
        var node = ModelNode.ready(.interface)
        node.want([vip])
        node.host.edit(Host.eth0) { $0.macAddress = MACAddress(number: 0x0200_0000_00FF) }
        node.tellNetwork()
        #expect(node.sent.isEmpty && node.violations == [])
        node.finishKernelWork()
        #expect(node.sent.count == 2)
    }

    @Test("a subnet that moves to another interface, or grows, is followed")
    func subnetMoves() {
        var node = running()
        node.host.remove("192.0.2.1")
        node.host.add("192.0.2.1/24", to: 3)
        node.tellNetwork()
        node.finishKernelWork()
        #expect(node.held == [AddressKey(link: Host.eth1, address: vip)] && reason(node) == "eth1")

        node.want("192.0.3.1")
        #expect(reason(node, .test("192.0.3.1")) == "NoInterface")
        node.host.remove("192.0.2.1")
        node.host.add("192.0.2.1/16", to: 3)
        node.tellNetwork()
        node.finishKernelWork()
        #expect(reason(node, .test("192.0.3.1")) == "eth1")
        #expect(node.violations == [])
    }

    @Test(
        "switching where addresses live moves them all",
        arguments: ARPSettings.Attachment.allCases, ARPSettings.Attachment.allCases)
    func attachSwitched(from: ARPSettings.Attachment, to: ARPSettings.Attachment) {
        var node = running(from)
        node.configure(to)
        if to == .link { node.setDevice(.ready(ModelNode.device)) }
        node.finishKernelWork()
        let holder = to == .link ? ModelNode.device : Host.eth0
        #expect(node.held == (to == .none ? [] : [AddressKey(link: holder, address: vip)]))
        #expect((node.speaker.segments[Host.eth0]?.responder.owned.isEmpty == false) == (to == .none))
        #expect(reason(node) == "eth0" && node.violations == [])
    }

    @Test("a device that was given up is not used again")
    func staleDevice() {
        var node = running(.link)
        node.configure(.interface)
        node.finishKernelWork()
        node.host.removeLink(ModelNode.device)
        node.configure(.link)
        #expect(reason(node) == "Pending" && node.orders == [.detach(onEth0)])
        node.host.put("herald0", 10, flags: [.up, .lowerUp, .noARP])
        node.setDevice(.ready(LinkIndex(10)))
        node.finishKernelWork()
        #expect(node.held == [AddressKey(link: LinkIndex(10), address: vip)] && reason(node) == "eth0")
        #expect(node.violations == [])
    }

    @Test("a device that cannot be made blocks every address, and one made later frees them")
    func deviceFailed() {
        var node = ModelNode(attach: .link)
        node.host = .twoInterfaces
        node.tellNetwork()
        node.want([vip])
        #expect(reason(node) == "Pending")
        let obstacle = Obstacle(reason: "DeviceNotReady", sentence: "no /dev/net/tun")
        node.setDevice(.failed(obstacle))
        #expect(node.reports == [vip: .blocked(obstacle)] && node.speaker.nextWake == nil)
        node.host.put("herald0", ModelNode.device.number, flags: [.up, .lowerUp, .noARP])
        node.setDevice(.ready(ModelNode.device))
        node.finishKernelWork()
        #expect(reason(node) == "eth0" && node.violations == [])
    }

    @Test("interfaces that are named otherwise move what must move and leave the rest")
    func interfacesChanged() {
        var node = running()
        let count = node.effects.count
        node.configure(.interface, ["eth*"])
        #expect(node.effects.count == count)
        node.configure(.interface, ["eth1"])
        node.finishKernelWork()
        #expect(node.held == [AddressKey(link: Host.eth1, address: vip)] && node.open == [Host.eth1])
        node.configure(.interface, ["wlan0"])
        node.finishKernelWork()
        #expect(node.held.isEmpty && node.open.isEmpty && reason(node) == "NoInterface")
        #expect(node.violations == [])
    }

    @Test("an interface whose sockets cannot be opened is not said to be in effect, and is tried again")
    func socketsFail() {
        var node = ModelNode.ready(.none)
        node.closedLinks = [Host.eth0]
        node.want([vip])
        #expect(reason(node) == "InterfaceNotOpened" && node.open.isEmpty)
        #expect(node.speaker.nextWake == node.now.advanced(by: .seconds(5)))
        node.closedLinks = []
        node.run(for: .seconds(5))
        #expect(reason(node) == "eth0" && node.open == [Host.eth0])
    }
}
