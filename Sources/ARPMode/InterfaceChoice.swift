import Configuration
import LoadBalancing
import Netlink
import NetworkTypes

/// Which interface an address is announced on: a pure function of the configuration and the host's links.
struct InterfaceChoice {
    let patterns: [InterfacePattern]
    let network: NetworkState

    /// The operational interface whose subnet holds the address, the longest prefix first; with patterns only among
    /// interfaces that match one, and there also one without the subnet, since the operator named it, unless another
    /// has it: that one is waited for.
    func interface(for address: IPAddress) -> Result<Link, Obstacle> {
        let candidates = candidates(for: address)
        guard let best = candidates.min(by: Self.isBetter) else { return .failure(noInterface(address)) }
        return obstacle(on: best.link).map { .failure($0) } ?? .success(best.link)
    }

    /// Whether an interface chosen before may stay: an address moves for a reason, not for a better choice.
    func allows(_ link: LinkIndex, for address: IPAddress) -> Bool {
        candidates(for: address).contains { $0.link.index == link && obstacle(on: $0.link) == nil }
    }

    /// Whether any address could be announced on the link as it is.
    func isUsable(_ link: Link) -> Bool {
        guard !link.isLoopback, rank(of: link) != nil, obstacle(on: link) == nil else { return false }
        return link.master == nil || !subnets(of: link).isEmpty
    }

    /// The subnets of the link's addresses, those that we have set left out.
    func subnets(of link: Link) -> Set<CIDR> {
        Set(network.addresses(on: link.index).compactMap { $0.isOurs ? nil : $0.subnet })
    }

    /// The subnets of interfaces that cannot be used as they are.
    var awaitedSubnets: Set<CIDR> {
        network.links.values.reduce(into: []) { awaited, link in
            guard !link.isLoopback, rank(of: link) != nil, obstacle(on: link) != nil else { return }
            awaited.formUnion(subnets(of: link).filter { !$0.network.isLinkLocal })
        }
    }

    private struct Candidate {
        let link: Link
        /// Of the subnet that holds the address; -1 for none.
        let prefixLength: Int
        /// The place of the first pattern that matches.
        let rank: Int
    }

    private func candidates(for address: IPAddress) -> [Candidate] {
        let candidates: [Candidate] = network.links.values.compactMap { link in
            guard !link.isLoopback, let rank = rank(of: link) else { return nil }
            let prefixLength = subnet(of: link, holding: address)
            if patterns.isEmpty, prefixLength < 0 { return nil }
            // A port of a bridge or bond sends through its master.
            if link.master != nil, prefixLength < 0 { return nil }
            return Candidate(link: link, prefixLength: prefixLength, rank: rank)
        }
        // On a link without the subnet nobody would look for the address, and it would stay there.
        let holding = candidates.filter { $0.prefixLength >= 0 }
        return holding.isEmpty ? candidates : holding
    }

    private func rank(of link: Link) -> Int? {
        if patterns.isEmpty { return 0 }
        return patterns.firstIndex { pattern in
            pattern.matches(link.name) || link.alternativeNames.contains(where: pattern.matches)
        }
    }

    private func subnet(of link: Link, holding address: IPAddress) -> Int {
        network.addresses(on: link.index).reduce(-1) { longest, held in
            guard !held.isOurs, let subnet = held.subnet, subnet.contains(address) else { return longest }
            return max(longest, subnet.prefixLength)
        }
    }

    private static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        func order(_ candidate: Candidate) -> (Int, Int, Int, Int32) {
            (
                candidate.link.isOperational && candidate.link.resolvesAddresses ? 0 : 1, -candidate.prefixLength,
                candidate.rank, candidate.link.index.number
            )
        }
        return order(left) < order(right)
    }

    private func obstacle(on link: Link) -> Obstacle? {
        if !link.isUp {
            return Obstacle(
                reason: "InterfaceDown", sentence: "interface \(link.name) is down; set it up, or name another one")
        }
        if !link.isOperational {
            return Obstacle(
                reason: "NoCarrier",
                sentence: "interface \(link.name) has no carrier; check its cable and the switch port")
        }
        if !link.resolvesAddresses {
            return Obstacle(
                reason: "InterfaceWithoutARP",
                sentence:
                    "interface \(link.name) has no ARP or NDP, so nothing can be announced on it; name another one "
                    + "under arp.interfaces, or use mode: bgp")
        }
        return nil
    }

    private func noInterface(_ address: IPAddress) -> Obstacle {
        guard patterns.isEmpty else {
            let names = patterns.map(\.text).joined(separator: ", ")
            return Obstacle(
                reason: "NoInterface",
                sentence: "no interface of this node matches arp.interfaces (\(names)); name one that exists here")
        }
        return Obstacle(
            reason: "NoInterface",
            sentence:
                "no interface of this node has a subnet that holds \(address); give one an address of that subnet, "
                + "name the interface under arp.interfaces, or take the address from a pool that fits")
    }
}
