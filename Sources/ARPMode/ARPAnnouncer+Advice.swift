import Configuration
import Logging
import Netlink

// What should be different on the host.
extension ARPAnnouncer {
    /// What should be different on this node, a sentence with its cure each.
    public var adviceSentences: [String] { Set(advice.values.flatMap(\.self)).sorted() }

    /// Looks at what the kernel's settings do to addresses on each interface in use, and logs what is new.
    func advise() {
        guard let network = custody.speaker.network else { return }
        let known = Set(adviceSentences)
        advice = [:]
        for name in Set(custody.speaker.segments.values.map(\.name)) {
            guard let settings = InterfaceSettings(link: name) else { continue }
            advice[name] = SettingsAdvice.sentences(
                settings, on: name, attach: custody.settings.attach, in: network,
                bondMode: BondMode.read(of: name, in: network))
        }
        for sentence in adviceSentences where !known.contains(sentence) {
            logger.warning(
                "a setting of this host keeps addresses from working", metadata: ["error": "\(sentence)"])
        }
    }
}
