import AddressResolution
import Configuration
import LoadBalancing
import Netlink
import NetworkTypes

// What is likely to be wanted next is asked for ahead, so that its first claim need not wait.
extension Speaker {
    /// Replaces what is likely to be wanted next.
    mutating func expect(_ addresses: [IPAddress], at now: MonotonicTime) -> [Effect] {
        candidates = addresses
        let meant = settings.conflictDetection == .fast ? Set(addresses) : []
        let gone = scouting.expect(meant, at: now)
        var effects = advance(to: now)
        for address in gone {
            for link in segments.keys.sorted() where segments[link]?.expected.remove(address) != nil {
                if phases[address] == nil { segments[link]?.prober.cancel(address) }
                if segments[link]?.expected.isEmpty == true { effects += expectNothing(on: link) }
            }
        }
        return effects
    }

    /// Asks for what is in question as the settings have it now.
    mutating func askAnew(at now: MonotonicTime) -> [Effect] {
        var effects: [Effect] = []
        for link in segments.keys.sorted() {
            segments[link]?.prober.mode = ProbeMode(settings.conflictDetection)
            for address in segments[link]?.expected ?? [] where phases[address] == nil {
                segments[link]?.prober.cancel(address)
            }
            for address in segments[link]?.addresses.sorted() ?? [] where phases[address] == .probing(link) {
                effects += takeIn(segments[link]?.prober.start(address, at: now) ?? [], on: link, at: now)
            }
        }
        return effects + expect(candidates, at: now)
    }

    /// Looks no further on links that cannot be used as they are; the next round may find another.
    mutating func forgetUnusable() -> [Effect] {
        guard let network, let choice else { return [] }
        return segments.keys.sorted().flatMap { index -> [Effect] in
            guard segments[index]?.expected.isEmpty == false else { return [] }
            if let link = network.links[index], choice.isUsable(link) { return [] }
            scouting.forgetProofs()
            return expectNothing(on: index)
        }
    }

    /// Asks for what is due, on the interface on which it would be announced.
    mutating func scout(at now: MonotonicTime) -> [Effect] {
        guard let network, let choice else { return [] }
        var effects: [Effect] = []
        for address in scouting.takeDue(at: now) where phases[address] == nil {
            guard case .success(let link) = choice.interface(for: address) else { continue }
            effects += listen(on: link, in: network)
            segments[link.index]?.expected.insert(address)
            effects += takeIn(segments[link.index]?.prober.start(address, at: now) ?? [], on: link.index, at: now)
        }
        return effects
    }

    /// Stops looking ahead.
    mutating func expectNothing() -> [Effect] {
        candidates = []
        _ = scouting.expect([], at: .zero)
        return segments.keys.sorted().flatMap { expectNothing(on: $0) }
    }
}
