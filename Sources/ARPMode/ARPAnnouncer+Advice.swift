import Configuration
import Logging
import Netlink
import NetworkTypes
import PacketLoop

// What should be different on the host.
extension ARPAnnouncer {
    /// What should be different on this node, a sentence with its cure each.
    public var adviceSentences: [String] { Set(advice.values.flatMap(\.self)).sorted() }

    /// Interfaces that are looked at, at most, besides those in use.
    private static let mostIdleInterfaces = 8

    /// Looks at what the kernel's settings do to addresses on each interface that is or may come into use, goes by it, and
    /// logs what is new.
    func advise() {
        guard let network = custody.speaker.network else { return }
        let known = Set(adviceSentences)
        advice = [:]
        for (link, name) in advisedInterfaces(of: network) {
            guard let settings = InterfaceSettings(link: name) else { continue }
            let now = loop.now
            feed { $0.tell(at: now) { $0.setSettings(settings, on: link, at: now) } }
            advice[name] = SettingsAdvice.sentences(
                settings, on: name, attach: custody.settings.attach, in: network,
                bondMode: BondMode.read(of: name, in: network))
        }
        if membership.interface == nil {
            let others = custody.roster.others.compactMap { custody.roster.addresses(of: $0).first }
            let links = Set(custody.speaker.segments.filter { !$0.value.addresses.isEmpty }.keys)
            let sentence = SettingsAdvice.heartbeatSentence(announcingOn: links, peers: others, in: network)
            advice[":heartbeats"] = sentence.map { [$0] }
        }
        for sentence in adviceSentences where !known.contains(sentence) {
            logger.warning(
                "a setting of this host keeps addresses from working", metadata: ["error": "\(sentence)"])
        }
    }

    /// Also a node that has no address now is to be ready for one, and is not to answer for those of others.
    private func advisedInterfaces(of network: NetworkState) -> [LinkIndex: String] {
        let choice = InterfaceChoice(patterns: custody.settings.interfaces, network: network)
        let idle = network.links.values.filter { choice.isUsable($0) && !choice.subnets(of: $0).isEmpty }
            .sorted { $0.index < $1.index }.prefix(Self.mostIdleInterfaces)
        var names = Dictionary(idle.map { ($0.index, $0.name) }, uniquingKeysWith: { first, _ in first })
        for (link, segment) in custody.speaker.segments { names[link] = segment.name }
        return names
    }
}
