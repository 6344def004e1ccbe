import Configuration
import Logging
import Netlink
import NetworkTypes
import PacketLoop

// What should be different on the host.
extension ARPAnnouncer {
    /// Interfaces that are looked at, at most, besides those in use.
    private static let mostIdleInterfaces = 8

    /// Goes by what the kernel's settings are now, and tells what should be different.
    func lookAtSettings() {
        for (link, segment) in custody.speaker.segments {
            guard let settings = InterfaceSettings(link: segment.name), settings != segment.settings else { continue }
            let now = loop.now
            feed { $0.tell(at: now) { $0.setSettings(settings, on: link, at: now) } }
        }
        advise()
    }

    /// Looks at what the kernel's settings do to addresses on each interface that is or may come into use, and logs what is
    /// new.
    func advise() {
        guard let network = custody.speaker.network else { return }
        let known = Set(adviceSentences)
        var sentences: Set<String> = []
        for name in advisedInterfaces(of: network) {
            guard let settings = InterfaceSettings(link: name) else { continue }
            sentences.formUnion(
                SettingsAdvice.sentences(
                    settings, on: name, attach: custody.settings.attach, in: network,
                    bondMode: BondMode.read(of: name, in: network)))
        }
        if membership.interface == nil {
            let others = custody.roster.others.compactMap { custody.roster.addresses(of: $0).first }
            let links = Set(custody.speaker.segments.filter { !$0.value.addresses.isEmpty }.keys)
            let sentence = SettingsAdvice.heartbeatSentence(announcingOn: links, peers: others, in: network)
            if let sentence { sentences.insert(sentence) }
        }
        adviceSentences = sentences.sorted()
        for sentence in adviceSentences where !known.contains(sentence) {
            logger.warning(
                "a setting of this host keeps addresses from working", metadata: ["error": "\(sentence)"])
        }
    }

    /// Also a node that has no address now is to be ready for one, and is not to answer for those of others.
    private func advisedInterfaces(of network: NetworkState) -> Set<String> {
        let choice = InterfaceChoice(patterns: custody.settings.interfaces, network: network)
        let idle = network.links.values.filter { choice.isUsable($0) && !choice.subnets(of: $0).isEmpty }
            .sorted { $0.index < $1.index }.prefix(Self.mostIdleInterfaces)
        return Set(idle.map(\.name)).union(custody.speaker.segments.values.map(\.name))
    }
}
