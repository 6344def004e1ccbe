import AddressResolution
import Configuration
import HashTreeCollections
import LoadBalancing
import Netlink
import NetworkTypes

@testable import ARPMode

/// A speaker with a kernel and a wire that only remember what was done, and that note what must never happen.
struct ModelNode {
    /// What the kernel is asked to do, in order; it takes its time.
    enum Order: Equatable {
        case attach(AddressKey, ticket: UInt64)
        case detach(AddressKey)
        case sweep(Set<AddressKey>)
    }

    struct Answer: Equatable {
        let key: AddressKey
        let ticket: UInt64
        let failure: Obstacle?
    }

    struct Sent: Equatable {
        let address: IPAddress
        let link: LinkIndex
        let hardwareAddress: MACAddress
        let time: MonotonicTime
    }

    var speaker: Speaker
    var now = MonotonicTime.zero
    /// As it is, with what the kernel holds for us.
    var host = Host()
    /// As the speaker was last told.
    private(set) var told: Host?
    var interfaceSettings = InterfaceSettings(link: "none-such")
    /// Interfaces whose sockets cannot be opened.
    var closedLinks: Set<LinkIndex> = []

    private(set) var orders: [Order] = []
    private(set) var answers: [Answer] = []
    /// What the kernel was asked to hold and said it does.
    private(set) var confirmed: Set<AddressKey> = []
    private(set) var open: Set<LinkIndex> = []
    private(set) var joined: [LinkIndex: Set<IPAddress>] = [:]
    private(set) var reports: [IPAddress: AnnouncementEffect.State] = [:]
    private(set) var sent: [Sent] = []
    private(set) var sweeps: [Set<AddressKey>] = []
    /// What others took away.
    private(set) var robbed: Set<IPAddress> = []
    private(set) var effects: [Speaker.Effect] = []
    private(set) var violations: [String] = []

    init(attach: ARPSettings.Attachment = .interface, interfaces: [String] = []) {
        speaker = Speaker(settings: Self.settings(attach, interfaces))
    }

    static func settings(_ attach: ARPSettings.Attachment, _ interfaces: [String] = []) -> ARPSettings {
        var settings = ARPSettings()
        settings.attach = attach
        settings.interfaces = interfaces.compactMap { InterfacePattern($0) }
        return settings
    }

    /// The device of `attach: link`.
    static let device = LinkIndex(9)

    /// A node whose network is known and whose device, if it needs one, is there.
    static func ready(_ attach: ARPSettings.Attachment, _ host: Host = .twoInterfaces) -> ModelNode {
        var node = ModelNode(attach: attach)
        node.host = host
        node.host.put("herald0", device.number, flags: [.up, .lowerUp, .noARP, .pointToPoint])
        node.tellNetwork()
        if attach == .link { node.setDevice(.ready(device)) }
        return node
    }

    var held: Set<AddressKey> { Set(host.addresses.values.filter(\.isOurs).map(\.key)) }

    // MARK: Inputs

    mutating func want(_ addresses: [IPAddress]) {
        let set = AnnouncementSet(addresses.map { Announcement(address: $0, pool: nil) })
        feed { speaker, now in speaker.want(set, at: now) }
    }

    mutating func want(_ addresses: String...) { want(addresses.map(IPAddress.test)) }

    /// Tells of links and addresses as they are, and of what is gone since, as `HostNetwork` does.
    mutating func tellNetwork() {
        let former = told?.addresses.values.filter(\.isOurs).map(\.key) ?? []
        let lost = Set(former.filter { host.addresses[$0]?.isOurs != true }.map(\.address)).sorted()
        told = host
        let state = host.state
        feed { speaker, now in speaker.setNetwork(state, at: now) }
        if !lost.isEmpty { feed { speaker, now in speaker.lost(lost, at: now) } }
    }

    mutating func lose(_ addresses: [IPAddress]) {
        feed { speaker, now in speaker.lost(addresses, at: now) }
    }

    mutating func configure(_ attach: ARPSettings.Attachment, _ interfaces: [String] = []) {
        let settings = Self.settings(attach, interfaces)
        feed { speaker, now in speaker.configure(settings, at: now) }
    }

    mutating func setDevice(_ device: Speaker.Device) {
        feed { speaker, now in speaker.setDevice(device, at: now) }
    }

    mutating func withdrawAll() { feed { speaker, _ in speaker.withdrawAll() } }

    mutating func advance(by duration: Duration) {
        now = now.advanced(by: duration)
        feed { speaker, now in speaker.advance(to: now) }
        if let next = speaker.nextWake, next <= now { violations.append("a wake that is due after advancing") }
    }

    /// Advances along the speaker's own wakes.
    mutating func run(for duration: Duration) {
        let end = now.advanced(by: duration)
        var steps = 0
        while let wake = speaker.nextWake, wake <= end, steps < 100_000 {
            steps += 1
            now = max(now, wake)
            feed { speaker, now in speaker.advance(to: now) }
            if let next = speaker.nextWake, next <= now { violations.append("a wake that is due after advancing") }
        }
        now = end
        feed { speaker, now in speaker.advance(to: now) }
    }

    // MARK: The kernel

    /// The kernel works off its first order. `failure` is what an attachment meets.
    mutating func work(failure: Obstacle? = nil) {
        guard !orders.isEmpty else { return }
        switch orders.removeFirst() {
        case .attach(let key, let ticket):
            let failure = failure ?? (host.links[key.link] == nil ? Self.noSuchLink : nil)
            if failure == nil { host.put(key, isOurs: true) }
            answers.append(Answer(key: key, ticket: ticket, failure: failure))
        case .detach(let key): if host.addresses[key]?.isOurs == true { host.addresses[key] = nil }
        case .sweep(let kept): for key in held.subtracting(kept) { host.addresses[key] = nil }
        }
    }

    static let noSuchLink = Obstacle(reason: "AddressNotAdded", sentence: "no such link")

    mutating func answer(at index: Int = 0) {
        guard answers.indices.contains(index) else { return }
        let answer = answers.remove(at: index)
        if answer.failure == nil { confirmed.insert(answer.key) }
        // The kernel says of its own accord when an IPv6 address is in its place.
        if answer.key.address.family == .ipv6 { tellNetwork() }
        feed { speaker, now in
            speaker.attached(answer.key, ticket: answer.ticket, failure: answer.failure, at: now)
        }
    }

    /// Orders and answers, until there are none.
    mutating func finishKernelWork() {
        while !orders.isEmpty || !answers.isEmpty {
            while !orders.isEmpty { work() }
            while !answers.isEmpty { answer() }
        }
    }

    /// Someone else takes an address away.
    mutating func rob(_ key: AddressKey) {
        robbed.insert(key.address)
        host.addresses[key] = nil
    }

    // MARK: Effects

    mutating func feed(_ input: (inout Speaker, MonotonicTime) -> [Speaker.Effect]) {
        let effects = input(&speaker, now)
        self.effects += effects
        for effect in effects { perform(effect) }
        let unopened = open.intersection(closedLinks)
        for link in unopened.sorted() {
            let obstacle = Obstacle(reason: "InterfaceNotOpened", sentence: "permission denied")
            feed { speaker, now in speaker.unopened(link, because: obstacle, at: now) }
        }
        checkAnswering()
    }

    private mutating func perform(_ effect: Speaker.Effect) {
        switch effect {
        case .open(let link):
            check(open.insert(link).inserted, "\(link) opened twice")
            speaker.opened(link, settings: interfaceSettings)
        case .close(let link):
            check(open.remove(link) != nil, "\(link) closed but not open")
            check(joined[link, default: []].isEmpty, "\(link) closed with groups joined")
        case .join(let address, let link):
            check(open.contains(link), "join on a closed link")
            check(joined[link, default: []].insert(address).inserted, "\(address) joined twice")
        case .leave(let address, let link):
            check(joined[link]?.remove(address) != nil, "\(address) left, not joined")
        case .attach(let key, let ticket): orders.append(.attach(key, ticket: ticket))
        case .detach(let key):
            confirmed.remove(key)
            orders.append(.detach(key))
        case .sweep(let kept):
            sweeps.append(kept)
            orders.append(.sweep(kept))
        case .send(let frame, let link): send(frame, link)
        case .memberClaim, .defended: break
        case .report(let address, let state):
            reports[address] = state
            if case .blocked(let obstacle) = state, obstacle.reason == "AddressRemoved" {
                check(robbed.contains(address), "\(address) was never taken away")
            }
        }
    }

    private mutating func send(_ frame: [UInt8], _ link: LinkIndex) {
        check(open.contains(link), "a frame on a link that is not open")
        guard let decoded = try? ResolutionFrame(decoding: frame[...]) else {
            return check(false, "a frame that cannot be read")
        }
        let claim = decoded.claim(at: now)
        check(isDesired(claim.address), "\(claim.address) announced, not wanted")
        if speaker.settings.attach != .none {
            check(confirmed.contains { $0.address == claim.address }, "\(claim.address) announced before it is held")
        }
        sent.append(
            Sent(address: claim.address, link: link, hardwareAddress: claim.hardwareAddress, time: now))
    }

    private mutating func checkAnswering() {
        for (link, segment) in speaker.segments {
            for address in segment.responder.owned {
                check(isDesired(address), "\(address) answered for, not wanted")
                guard case .answering(link, _)? = speaker.phases[address] else {
                    check(false, "\(address) answered for, not placed on \(link)")
                    continue
                }
            }
        }
        check(Set(speaker.segments.keys) == open, "segments and sockets differ")
    }

    private func isDesired(_ address: IPAddress) -> Bool {
        speaker.desired.contains { $0.address == address }
    }

    private mutating func check(_ isTrue: Bool, _ violation: @autoclosure () -> String) {
        if !isTrue { violations.append("\(now.nanoseconds / 1_000_000) ms: \(violation())") }
    }
}
