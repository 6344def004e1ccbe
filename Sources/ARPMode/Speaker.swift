import AddressResolution
import Configuration
import HashTreeCollections
import LoadBalancing
import Netlink
import NetworkTypes

/// Decides what one node does on the wire in ARP mode: where each address is put, what is announced and answered, and
/// what became of it. A value without I/O: feed it facts, perform the effects it returns, in order.
struct Speaker: Sendable {
    enum Effect: Equatable, Sendable {
        /// Opens the sockets of an interface; `opened` answers before anything else is fed in.
        case open(LinkIndex)
        case close(LinkIndex)
        /// Listens to the solicited-node group of an address, so that switches forward solicitations here.
        case join(IPAddress, LinkIndex)
        case leave(IPAddress, LinkIndex)
        /// Has the kernel hold an address; `attached` answers with the same ticket.
        case attach(AddressKey, ticket: UInt64)
        case detach(AddressKey)
        /// Removes what an earlier process left and nobody wants.
        case sweep(keeping: Set<AddressKey>)
        case send([UInt8], LinkIndex)
        /// Another node of ours was heard to use an address that is announced here.
        case memberClaim(IPAddress, MACAddress)
        /// A host that is none of ours was heard to use an address that is announced here, which was announced again.
        case defended(IPAddress, against: MACAddress, interface: String)
        case report(IPAddress, AnnouncementEffect.State)
    }

    /// Where the addresses live when `attach` is `link`.
    enum Device: Equatable, Sendable {
        case notNeeded
        case ready(LinkIndex)
        case failed(Obstacle)
    }

    /// What is done for one address.
    enum Phase: Equatable, Sendable {
        case blocked(Obstacle)
        /// The network is asked whether anyone else has it.
        case probing(LinkIndex)
        /// The kernel was asked to hold it.
        case attaching(LinkIndex, AddressKey, ticket: UInt64)
        /// It answers on the link; with a key, the kernel holds it.
        case answering(LinkIndex, AddressKey?)
    }

    var settings: ARPSettings
    var desired = AnnouncementSet()
    var hasDesired = false
    /// Whether what an earlier process left is gone, but for what is spared.
    var hasSwept = false
    /// Addresses that an earlier process left and that may yet be wanted.
    var spared: Set<IPAddress> = []
    var network: NetworkState?
    /// Which interface each address goes to, by the network and the settings as they are.
    var choice: InterfaceChoice?
    var device = Device.notNeeded
    var phases: [IPAddress: Phase] = [:]
    var segments: [LinkIndex: Segment] = [:]
    /// When to try again for blocked addresses whose obstacle may pass without notice.
    var retries: [IPAddress: MonotonicTime] = [:]
    /// When an attached address was last taken away by someone else.
    var losses: [IPAddress: MonotonicTime] = [:]
    var lastTicket: UInt64 = 0
    /// IPv6 addresses that the kernel has taken and whose routes it may still be setting, and until when that is waited
    /// for: packets that an announcement draws here before are lost.
    var unseen: [IPAddress: MonotonicTime] = [:]
    /// Addresses that the kernel was asked to hold and has not answered for.
    var unanswered: Set<IPAddress> = []
    /// When the kernel must have answered for one of these.
    var answerDue: MonotonicTime?
    /// Addresses to ask the network about before they are placed.
    var unproven: Set<IPAddress> = []
    var monitor = ConflictMonitor()
    var scouting = Scouting()
    /// What was last said to be likely to be wanted next.
    var candidates: [IPAddress] = []
    var counters = FrameCounters()
    let seed: UInt64
    /// Whether nothing is answered, since this process may not know who has what.
    var isHolding = false

    /// How long after a failure the kernel is asked again.
    static let retryInterval = Duration.seconds(5)
    /// How long the kernel may leave all requests to hold an address unanswered: while someone else keeps its network busy,
    /// another node can have them.
    static let longestSilence = Duration.seconds(3)
    /// How long the kernel is given at most to set the route of an IPv6 address.
    static let longestSetting = Duration.milliseconds(50)

    /// - Parameter seed: must differ between processes.
    init(settings: ARPSettings, seed: UInt64 = 0) {
        self.settings = settings
        self.seed = seed
        monitor.policy = settings.conflictPolicy
    }

    /// Whether a device is needed and could not be had.
    var isWithoutDevice: Bool {
        guard settings.attach == .link, case .failed = device else { return false }
        return true
    }

    /// When to call `advance(to:)` next.
    var nextWake: MonotonicTime? {
        let segments = segments.values.flatMap { [$0.schedule.nextWake, $0.prober.nextWake] }
        let own = [
            retries.values.min(), unseen.values.min(), unanswered.isEmpty ? nil : answerDue, scouting.nextWake,
        ]
        return (own + segments).compactMap { $0 }.min()
    }
}

// MARK: - Inputs

extension Speaker {
    /// Replaces what should be announced; of what is new, `probing` is asked about before it is placed. Of what an
    /// earlier process left, `sparing` stays for the time being.
    mutating func want(
        _ set: AnnouncementSet, probing: Set<IPAddress> = [], sparing: Set<IPAddress> = [], at now: MonotonicTime
    ) -> [Effect] {
        hasDesired = true
        if sparing != spared { hasSwept = false }
        spared = sparing
        if settings.conflictDetection != .off {
            unproven.formUnion(probing.filter { !scouting.isProven($0, at: now) })
        }
        // A proof serves one claim: by the next one, another may have had the address.
        for address in probing { scouting.noteUse(address) }
        var effects: [Effect] = []
        let added = Set(set.subtracting(desired).map(\.address))
        for gone in desired.subtracting(set) where !added.contains(gone.address) {
            effects += withdraw(gone.address)
        }
        desired = set
        for address in added.sorted() where phases[address] == nil { effects += place(address, at: now) }
        return effects + sweepOnce() + advance(to: now)
    }

    /// Takes in the host's links and addresses.
    mutating func setNetwork(_ state: NetworkState, at now: MonotonicTime) -> [Effect] {
        let isFirst = network == nil
        let seen = unseen.keys.filter { address in
            guard case .attaching(_, let key, _) = phases[address] else { return false }
            return state.address(key)?.isOurs == true
        }
        let isRelevant = network.map { $0.links != state.links || Self.hostKeys($0) != Self.hostKeys(state) } ?? true
        let isOtherChoice = isRelevant || network?.subnets != state.subnets
        network = state
        if isOtherChoice { chooseAnew() }
        var effects = finish(seen, at: now)
        guard isRelevant else { return effects.isEmpty ? [] : effects + advance(to: now) }
        for index in segments.keys.sorted() {
            guard let link = state.links[index] else { continue }
            let isRenamed = segments[index]?.name != link.name
            let isOtherStation = segments[index]?.update(link, in: state) == true
            guard isOtherStation || isRenamed else { continue }
            if isOtherStation { scouting.forgetProofs() }
            announceAnew(on: index, at: now, isNews: isRenamed)
        }
        for address in phases.keys.sorted() { effects += reconsider(address, at: now) }
        effects += forgetUnusable()
        return effects + (isFirst ? sweepOnce() : []) + advance(to: now)
    }

    /// Replaces the settings; where addresses live may change with them.
    mutating func configure(_ settings: ARPSettings, at now: MonotonicTime) -> [Effect] {
        guard settings != self.settings else { return [] }
        let movesAll = settings.attach != self.settings.attach
        let asksOtherwise = settings.conflictDetection != self.settings.conflictDetection
        self.settings = settings
        chooseAnew()
        // It goes when nothing lives on it; another one will have another index.
        if settings.attach != .link { device = .notNeeded }
        var effects: [Effect] = []
        for address in phases.keys.sorted() {
            if movesAll {
                effects += remove(address) + place(address, at: now)
            } else {
                effects += reconsider(address, at: now)
            }
        }
        monitor.policy = settings.conflictPolicy
        for link in segments.keys.sorted() { segments[link]?.schedule.setRefresh(settings.reannouncement, at: now) }
        if asksOtherwise { effects += askAnew(at: now) }
        return effects + advance(to: now)
    }

    /// The device of `attach: link` is there, or cannot be had.
    mutating func setDevice(_ device: Device, at now: MonotonicTime) -> [Effect] {
        guard device != self.device else { return [] }
        self.device = device
        guard settings.attach == .link else { return [] }
        return phases.keys.sorted().flatMap { remove($0) + place($0, at: now) } + advance(to: now)
    }

    /// The sockets of an interface are open, or will not be: then `unopened` comes once all effects are performed.
    mutating func opened(_ link: LinkIndex, settings: InterfaceSettings?) {
        segments[link]?.settings = settings
        if let network, let known = network.links[link] { _ = segments[link]?.update(known, in: network) }
    }

    /// The kernel's settings of an interface may have changed, and with them who answers there.
    mutating func setSettings(_ settings: InterfaceSettings, on link: LinkIndex, at now: MonotonicTime) -> [Effect] {
        guard let segment = segments[link], segment.settings != settings else { return [] }
        let wasRouter = segment.responder.station.isRouter
        opened(link, settings: settings)
        if segments[link]?.responder.station.isRouter != wasRouter { announceAnew(on: link, at: now) }
        for address in segment.addresses where address.family == .ipv4 {
            guard case .answering(link, _) = phases[address] else { continue }
            if answersItself(for: address, on: link) {
                segments[link]?.responder.owned.insert(address)
            } else {
                segments[link]?.responder.owned.remove(address)
            }
        }
        return advance(to: now)
    }

    /// The sockets of an interface could not be opened: its addresses wait for the next attempt.
    mutating func unopened(_ link: LinkIndex, because obstacle: Obstacle, at now: MonotonicTime) -> [Effect] {
        let addresses = segments[link]?.addresses.sorted() ?? []
        let retry = now.advanced(by: Self.retryInterval)
        // What is only expected there would keep the link as one that is listened on.
        let effects = expectNothing(on: link)
        return effects + addresses.flatMap { remove($0) + block($0, obstacle, retry: retry) } + advance(to: now)
    }

    /// The sockets of an interface serve no more, since it left and came back before that was told: they are opened
    /// anew, and what was asked and announced may have reached nobody.
    mutating func reopen(_ link: LinkIndex, at now: MonotonicTime) -> [Effect] {
        guard let segment = segments[link] else { return [] }
        let groups = segment.responder.owned.filter { $0.family == .ipv6 }.sorted()
        var effects = groups.map { Effect.leave($0, link) } + [.close(link), .open(link)]
        effects += groups.map { .join($0, link) }
        scouting.forgetProofs()
        for address in segment.addresses.sorted() where phases[address] == .probing(link) {
            effects += takeIn(segments[link]?.prober.start(address, at: now) ?? [], on: link, at: now)
        }
        announceAnew(on: link, at: now)
        return effects + advance(to: now)
    }

    /// The kernel has answered a request to hold an address. A stale ticket is ignored.
    mutating func attached(
        _ key: AddressKey, ticket: UInt64, failure: Obstacle?, at now: MonotonicTime
    ) -> [Effect] {
        let address = key.address
        answerDue = now.advanced(by: Self.longestSilence)
        guard case .attaching(let link, let asked, ticket) = phases[address], asked == key else { return [] }
        unanswered.remove(address)
        if let failure {
            return remove(address)
                + block(address, failure, retry: now.advanced(by: Self.retryInterval)) + advance(to: now)
        }
        if address.family == .ipv6, network?.address(key)?.isOurs != true {
            unseen[address] = now.advanced(by: Self.longestSetting)
            return []
        }
        return answer(address, on: link, key: key, at: now) + advance(to: now)
    }

    /// Goes on with addresses that are in their places for good.
    mutating func finish(_ addresses: [IPAddress], at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        for address in addresses.sorted() {
            unseen[address] = nil
            guard case .attaching(let link, let key, _) = phases[address] else { continue }
            effects += answer(address, on: link, key: key, at: now)
        }
        return effects
    }

    /// Someone took addresses off an interface, or they expired while the process did not run. What the network shows to
    /// be in its place is not lost: it was moved by ourselves, or word of its loss is still to come.
    mutating func lost(_ addresses: [IPAddress], at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        for address in addresses {
            guard case .answering(_, let key?) = phases[address], network?.address(key)?.isOurs != true else {
                continue
            }
            let isRepeated = losses[address].map { $0.duration(to: now) < .seconds(10) } ?? false
            losses[address] = now
            guard isRepeated else {
                effects += putBack(address, lostFrom: key, at: now)
                continue
            }
            let obstacle = Obstacle(
                reason: "AddressRemoved",
                sentence: "\(address) was taken off its interface by another program, more than once; find the program "
                    + "that removes it")
            effects += remove(address) + block(address, obstacle, retry: now.advanced(by: Self.retryInterval))
        }
        return effects + advance(to: now)
    }

    /// Takes one frame that an interface received.
    mutating func received(_ frame: [UInt8], on link: LinkIndex, at now: MonotonicTime) -> [Effect] {
        guard let place = segments.index(forKey: link), !isHolding else { return [] }
        guard let frame = try? ResolutionFrame(decoding: frame[...]) else {
            counters.undecodable &+= 1
            return []
        }
        var effects: [Effect] = []
        let refused = segments.values[place].responder.counters.refused
        for answer in segments.values[place].responder.handle(frame, at: now) {
            guard case .send(let answer) = answer else { continue }
            counters.noteSent(1, .answer, frame.family)
            effects.append(.send(answer, link))
        }
        counters.refused &+= segments.values[place].responder.counters.refused &- refused
        let claim = frame.claim(at: now)
        // Between nodes of ours, it is not the first probe that decides; and who only looks ahead stands in no one's way.
        if claim.kind == .use || !(monitor.members.contains(claim.hardwareAddress) || phases[claim.address] == nil) {
            let verdicts = segments.values[place].prober.handle(frame, at: now)
            effects += takeIn(verdicts, on: link, at: now)
        }
        return effects + notice(claim, in: frame, on: link)
    }

    /// The hardware addresses of the other nodes of ours.
    mutating func setMembers(_ stations: Set<MACAddress>) {
        monitor.members = stations
    }

    /// Announces an address again, if it is announced at all.
    mutating func announceAgain(_ address: IPAddress, at now: MonotonicTime) -> [Effect] {
        guard case .answering(let link, _) = phases[address] else { return [] }
        segments[link]?.schedule.start(address, at: now)
        return advance(to: now)
    }

    /// Answers for nothing and lets the kernel answer for nothing, until `resume`.
    mutating func hold(at now: MonotonicTime) -> [Effect] {
        guard !isHolding else { return [] }
        isHolding = true
        return phases.keys.sorted().flatMap { remove($0) + place($0, at: now) }
    }

    /// Puts back what was not withdrawn meanwhile.
    mutating func resume(at now: MonotonicTime) -> [Effect] {
        guard isHolding else { return [] }
        isHolding = false
        return phases.keys.sorted().flatMap { place($0, at: now) } + advance(to: now)
    }

    /// Sends what is due and retries what is to be retried.
    mutating func advance(to now: MonotonicTime) -> [Effect] {
        var effects = scout(at: now) + finish(unseen.filter { $0.value <= now }.map(\.key), at: now)
        effects += giveUpWaiting(at: now)
        for address in retries.filter({ $0.value <= now }).keys.sorted() { effects += place(address, at: now) }
        for link in segments.keys.sorted() {
            let verdicts = segments[link]?.prober.advance(to: now) ?? []
            effects += takeIn(verdicts, on: link, at: now)
            effects += announceDue(on: link, at: now)
        }
        return effects
    }

    /// Withdraws everything.
    mutating func withdrawAll() -> [Effect] {
        desired = AnnouncementSet()
        return expectNothing() + phases.keys.sorted().flatMap { withdraw($0) }
    }
}
