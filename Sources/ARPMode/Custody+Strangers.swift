import IPAM
import LoadBalancing
import Membership
import NetworkTypes

// Hosts that are none of ours, as far as can be known: a node that has not been heard since this process began has told it
// no hardware address yet, and its kernel answers for its addresses whether or not it is heard.
extension Custody {
    /// An address that a host has which nobody knows, while it may still turn out to be a node of ours.
    struct Stranger: Equatable, Sendable {
        var station: MACAddress
        var interface: String
        /// Found before anything wanted the address.
        var isAhead: Bool
        /// When it counts as a host that is none of ours.
        var limit: MonotonicTime
    }

    /// How long nodes that were never heard are waited for. Longer than the kernel keeps the addresses of a node whose
    /// process has died, unless they are hundreds; should one be told too early, it is taken back.
    static let strangerPatience = Duration.seconds(7)

    /// Whether a node has not told its hardware addresses yet.
    private var isAnyNodeUnknown: Bool { member?.isAnyPeerUnknown ?? !roster.others.isEmpty }

    /// Whether a station is known to be no node of ours.
    func isForeign(_ station: MACAddress, at address: IPAddress) -> Bool {
        member?.node(speakingFrom: station) == nil && (!isAnyNodeUnknown || verdicts[address] == station)
    }

    /// A station that is no node's was found to have an address: it is told at once where all nodes are known, and else
    /// once none of them can have been meant.
    mutating func noteStranger(
        _ station: MACAddress, at address: IPAddress, on interface: String, isAhead: Bool, at now: MonotonicTime
    ) -> [Effect] {
        let limit = strangers[address]?.limit ?? now.advanced(by: Self.strangerPatience)
        let stranger = Stranger(station: station, interface: interface, isAhead: isAhead, limit: limit)
        let isDoubtful = isAnyNodeUnknown && verdicts[address] != station && limit > now
        guard isDoubtful else { return tell(stranger, at: address) }
        strangers[address] = stranger
        return []
    }

    /// Looks again at who was not known: all when a node has told its hardware addresses, else what is due.
    mutating func judgeStrangers(isNews: Bool, at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        if isNews { effects += recognise() }
        guard !strangers.isEmpty else { return effects }
        let isAnyUnknown = isAnyNodeUnknown
        for (address, stranger) in strangers.sorted(by: { $0.key < $1.key }) {
            if let name = member?.node(speakingFrom: stranger.station) {
                strangers[address] = nil
                noteNode(name, at: stranger.station, having: address)
            } else if !isAnyUnknown || stranger.limit <= now {
                effects += tell(stranger, at: address)
            }
        }
        return effects
    }

    private mutating func noteNode(_ name: NodeName, at station: MACAddress, having address: IPAddress) {
        if rivals[address]?.station == station { rivals[address]?.node = name }
        touched.insert(address)
    }

    private mutating func tell(_ stranger: Stranger, at address: IPAddress) -> [Effect] {
        strangers[address] = nil
        touched.insert(address)
        noteVerdict(on: stranger.station, at: address)
        let note = Effect.note(.conflicted(address, stranger.station, interface: stranger.interface))
        guard stranger.isAhead else { return [note] }
        let state = AnnouncementEffect.State.conflicted(by: stranger.station, interface: stranger.interface)
        guard wanted[address] == nil, reported[address] != state else { return [] }
        touched.remove(address)
        reported[address] = state
        return [note, .report(address, state)]
    }

    /// How many verdicts are kept: more than there are addresses that may rest.
    private static let mostVerdicts = 4_096

    /// Remembers who was told to be no node, also when nothing wants the address any more: it rests for some time.
    mutating func noteVerdict(on station: MACAddress, at address: IPAddress) {
        if verdicts.count >= Self.mostVerdicts { verdicts = [:] }
        verdicts[address] = station
    }

    /// What was taken for a foreign host may be known as a node by now: there is no conflict then.
    private mutating func recognise() -> [Effect] {
        var effects: [Effect] = []
        for (address, station) in verdicts.sorted(by: { $0.key < $1.key }) {
            guard let name = member?.node(speakingFrom: station) else { continue }
            verdicts[address] = nil
            noteNode(name, at: station, having: address)
            guard wanted[address] == nil else { continue }
            touched.remove(address)
            reported[address] = nil
            effects.append(.report(address, .conflictOver))
        }
        return effects
    }
}
