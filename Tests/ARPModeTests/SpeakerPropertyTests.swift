import Configuration
import LoadBalancing
import Netlink
import NetworkTypes
import Testing

@testable import ARPMode

@Suite("Speaker, any order of events")
struct SpeakerPropertyTests {
    @Test(
        "only what is wanted and placed is announced, and in the end all of it is", arguments: 0..<200 as Range<UInt64>)
    func life(seed: UInt64) {
        var life = SpeakerLife(seed: seed)
        for _ in 0..<150 {
            life.step()
            guard life.node.violations.isEmpty else { break }
        }
        #expect(life.node.violations == [])
        life.settle()
        #expect(life.problems() == [])
        #expect(life.node.violations == [])
        life.node.withdrawAll()
        life.node.finishKernelWork()
        #expect(life.node.held.isEmpty && life.node.open.isEmpty && life.node.speaker.nextWake == nil)
    }

    @Test("the same inputs give the same effects", arguments: 0..<20 as Range<UInt64>)
    func determinism(seed: UInt64) {
        var lives = [SpeakerLife(seed: seed), SpeakerLife(seed: seed)]
        for index in lives.indices {
            for _ in 0..<150 { lives[index].step() }
            lives[index].settle()
        }
        #expect(lives[0].node.effects == lives[1].node.effects)
    }
}

/// Random inputs to a model node.
struct SpeakerLife {
    var node: ModelNode
    private var random: SeededGenerator
    private var attach: ARPSettings.Attachment

    private static let addresses = [
        "192.0.2.10", "192.0.2.11", "192.0.2.12", "198.51.100.10", "203.0.113.10", "2001:db8::10", "2001:db8::11",
    ].map(IPAddress.test)

    init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
        attach = ARPSettings.Attachment.allCases[Int(seed % 3)]
        node = ModelNode(attach: attach)
        node.host = .twoInterfaces
        node.interfaceSettings?.arpIgnore = Int(seed / 3 % 2)
    }

    mutating func step() {
        switch Int.random(in: 0..<20, using: &random) {
        case 0...3: node.want(Self.addresses.filter { _ in Bool.random(using: &random) })
        case 4...6: changeHost()
        case 7, 8: node.tellNetwork()
        case 9...11: node.work(failure: chance(4) ? Obstacle(reason: "Refused", sentence: "by the kernel") : nil)
        case 12, 13:
            if !node.answers.isEmpty { node.answer(at: Int.random(in: 0..<node.answers.count, using: &random)) }
        case 14: rob()
        case 15: if chance(3) { configure() }
        case 16:
            node.closedLinks = chance(3) ? [chance(2) ? Host.eth0 : Host.eth1] : []
            if attach == .link { setDevice() }
        case 17: node.advance(by: .milliseconds(Int.random(in: 0...20_000, using: &random)))
        default: node.run(for: .milliseconds(Int.random(in: 0...500, using: &random)))
        }
    }

    /// Brings everything to an end: the kernel works, links are told, time passes.
    mutating func settle() {
        node.closedLinks = []
        if attach == .link {
            node.host.put("herald0", ModelNode.device.number, flags: [.up, .lowerUp, .noARP])
            node.setDevice(.ready(ModelNode.device))
        }
        node.want(Self.addresses.filter { _ in chance(2) })
        for _ in 0..<8 {
            node.finishKernelWork()
            node.tellNetwork()
            node.run(for: .seconds(5))
        }
    }

    // MARK: Events

    private mutating func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    private mutating func changeHost() {
        let link = chance(2) ? Host.eth0 : Host.eth1
        switch Int.random(in: 0..<6, using: &random) {
        case 0: node.host.setCarrier(link, false)
        case 1: node.host.setCarrier(link, true)
        case 2:
            let number = UInt64.random(in: 0..<4, using: &random)
            node.host.edit(link) { $0.macAddress = MACAddress(number: 0x0200_0000_0100 | number) }
        case 3: node.host.remove(chance(2) ? "192.0.2.1" : "198.51.100.1")
        case 4: node.host.add(chance(2) ? "192.0.2.1/24" : "198.51.100.1/24", to: link.number)
        default:
            node.host.removeLink(link)
            node.host.put(link == Host.eth0 ? "eth0" : "eth1", link.number, "2001:db8::1/64")
        }
    }

    private mutating func rob() {
        guard let key = node.held.sorted(by: { $0.description < $1.description }).randomElement(using: &random)
        else { return }
        node.rob(key)
        if chance(2) { node.lose([key.address]) }
    }

    private mutating func configure() {
        let former = attach
        attach = ARPSettings.Attachment.allCases.randomElement(using: &random) ?? attach
        if former == .link, attach != .link { node.host.removeLink(ModelNode.device) }
        node.configure(attach, [[], ["eth*"], ["eth1"]].randomElement(using: &random) ?? [])
    }

    private mutating func setDevice() {
        guard chance(3) else {
            node.host.put("herald0", ModelNode.device.number, flags: [.up, .lowerUp, .noARP])
            return node.setDevice(.ready(ModelNode.device))
        }
        node.setDevice(.failed(Obstacle(reason: "DeviceNotReady", sentence: "it cannot be made")))
    }

    // MARK: What must be so in the end

    func problems() -> [String] {
        var problems: [String] = []
        func expect(_ isTrue: Bool, _ problem: @autoclosure () -> String) { if !isTrue { problems.append(problem()) } }
        let speaker = node.speaker
        let desired = Set(speaker.desired.map(\.address))
        let choice = InterfaceChoice(patterns: speaker.settings.interfaces, network: node.host.state)
        expect(Set(speaker.phases.keys) == desired, "phases are not what is desired")
        var held: Set<AddressKey> = []
        var links: Set<LinkIndex> = []
        for address in desired.sorted() {
            switch (choice.interface(for: address), speaker.phases[address]) {
            case (.success, .answering(let link, let key)?):
                expect(choice.allows(link, for: address), "\(address) is on \(link)")
                expect((key == nil) == (attach == .none), "\(address) is held by \(key.debugDescription)")
                if let key { held.insert(key) }
                links.insert(link)
                let name = node.host.links[link]?.name ?? ""
                expect(node.reports[address] == .inEffect(interface: name), "\(address) reported otherwise")
            case (.failure(let obstacle), .blocked(let known)?):
                expect(obstacle == known, "\(address) is blocked by \(known)")
                expect(node.reports[address] == .blocked(obstacle), "\(address) reported otherwise")
            case (let choice, let phase): problems.append("\(address): \(choice), but \(phase.debugDescription)")
            }
        }
        expect(node.held == held, "the kernel holds \(node.held), not \(held)")
        expect(node.open == links, "open are \(node.open), not \(links)")
        expect(Set(node.joined.filter { !$0.value.isEmpty }.flatMap(\.value)) == expectedJoins, "groups differ")
        for (address, state) in node.reports where !desired.contains(address) {
            expect(state == .withdrawn, "\(address) is not reported withdrawn")
        }
        return problems
    }

    private var expectedJoins: Set<IPAddress> {
        let isAnswered = attach != .interface
        return Set(
            node.speaker.phases.compactMap { address, phase in
                guard isAnswered, address.family == .ipv6, case .answering = phase else { return nil }
                return address
            })
    }
}
