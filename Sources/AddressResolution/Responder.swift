public import NetworkTypes

/// Answers for the addresses that this node owns on one interface, and tells of others who claim them.
///
/// Only what is owned now is answered for: removing an address from `owned` silences it at once.
///
/// A question gets one answer at most, and that is at most 8 octets longer, so nothing can be amplified; the bounds only
/// keep one asker from taking all of the interface. For each station that gets answers: 1,000 a second, and at once
/// 1,000 and two for each owned address, so that a router that has forgotten its neighbors may ask for them all. For
/// answers to an IPv6 probe, which every node hears: 10 a second for each address; whoever else probes meanwhile hears
/// those.
public struct Responder: Sendable {
    /// What the caller does, in order.
    public enum Effect: Equatable, Sendable {
        /// A whole Ethernet frame to send on the interface.
        case send([UInt8])
        /// Someone else uses an owned address or probes it.
        case observed(Claim)
    }

    /// What has been done since the beginning.
    public struct Counters: Hashable, Sendable {
        /// Frames sent as an answer.
        public var answered: UInt64 = 0
        /// Not answered because the asker had used up its budget.
        public var refused: UInt64 = 0
        /// Frames that were malformed, or of no concern.
        public var undecodable: UInt64 = 0
    }

    /// Where and as whom to answer.
    public var station: Station
    /// The addresses to answer for.
    public var owned: Set<IPAddress>
    /// For metrics.
    public private(set) var counters = Counters()

    private var askers = AnswerBudget<MACAddress>(perSecond: 1_000, capacity: 1_024)
    private var probed = AnswerBudget<IPAddress>(perSecond: 10, capacity: 1_024)

    /// Answers for nothing until addresses are owned.
    public init(station: Station, owned: Set<IPAddress> = []) {
        self.station = station
        self.owned = owned
    }

    /// Takes one received frame, from its Ethernet header on.
    public mutating func handle(_ bytes: ArraySlice<UInt8>, at now: MonotonicTime) -> [Effect] {
        do {
            return handle(try ResolutionFrame(decoding: bytes), at: now)
        } catch {
            counters.undecodable &+= 1
            return []
        }
    }

    /// Takes one received frame that has been decoded.
    public mutating func handle(_ frame: ResolutionFrame, at now: MonotonicTime) -> [Effect] {
        let claim = frame.claim(at: now)
        guard !station.isOurs(frame.header.source), !station.isOurs(claim.hardwareAddress) else { return [] }
        var effects: [Effect] = []
        if let answer = answer(to: frame, at: now) {
            counters.answered &+= 1
            effects.append(.send(answer))
        }
        if owned.contains(claim.address) { effects.append(.observed(claim)) }
        return effects
    }

    private mutating func answer(to frame: ResolutionFrame, at now: MonotonicTime) -> [UInt8]? {
        // A promiscuous interface also sees what a switch floods for another station.
        guard frame.header.destination.isGroup || frame.header.destination == station.hardwareAddress else {
            return nil
        }
        switch frame.content {
        case .arp(let packet):
            return answer(to: packet, at: now)
        case .neighbor(let packet):
            guard case .solicitation(let solicitation) = packet.message else { return nil }
            return answer(to: solicitation, in: packet, from: frame.header.source, at: now)
        }
    }

    private mutating func answer(to packet: ARPPacket, at now: MonotonicTime) -> [UInt8]? {
        let asker = packet.senderAddress
        // Who claims to be an owned address is in conflict with us; telling it where it is itself settles nothing.
        guard packet.operation == .request, owned.contains(packet.targetAddress), !owned.contains(asker),
            !asker.isMulticast, !asker.isLimitedBroadcast, mayAnswer(packet.senderHardware, at: now)
        else { return nil }
        return packet.reply(from: station.hardwareAddress).frame(to: packet.senderHardware)
    }

    private mutating func answer(
        to solicitation: NeighborSolicitation, in packet: NeighborPacket, from source: MACAddress, at now: MonotonicTime
    ) -> [UInt8]? {
        let target = solicitation.target
        guard owned.contains(target), !owned.contains(packet.source) else { return nil }
        if packet.source.isUnspecified {
            return answerToProbe(for: target, from: source, at: now)
        }
        let asker = solicitation.options.sourceLinkLayer ?? source
        guard mayAnswer(asker, at: now) else { return nil }
        return NeighborPacket.answer(
            for: target, at: station.hardwareAddress, to: packet.source, isRouter: station.isRouter
        )?.frame(from: station.hardwareAddress, to: asker)
    }

    private mutating func answerToProbe(
        for target: IPAddress, from source: MACAddress, at now: MonotonicTime
    ) -> [UInt8]? {
        guard mayAnswer(source, at: now) else { return nil }
        guard probed.take(target, burst: 10, at: now) else {
            counters.refused &+= 1
            return nil
        }
        return NeighborPacket.answerToProbe(for: target, at: station.hardwareAddress, isRouter: station.isRouter)?
            .frame(from: station.hardwareAddress)
    }

    private mutating func mayAnswer(_ asker: MACAddress, at now: MonotonicTime) -> Bool {
        let isAllowed = askers.take(asker, burst: 1_000 + 2 * owned.count, at: now)
        if !isAllowed { counters.refused &+= 1 }
        return isAllowed
    }
}
