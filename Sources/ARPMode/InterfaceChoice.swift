import Configuration
import LoadBalancing
import Netlink
import NetworkTypes

/// Which interface an address is announced on: a pure function of the configuration and the host's links.
///
/// What it asks of the links is worked out once, so that an address costs little.
struct InterfaceChoice: Sendable {
    private let patterns: [InterfacePattern]
    /// Of the addresses of each link, those that we have set left out.
    private let linkSubnets: [LinkIndex: Set<CIDR>]
    /// The links that may be used, by each subnet that they have: many may have the same, as those of pods do.
    private let holders: [CIDR: [Place]]
    /// The links that may be used for an address whose subnet none has.
    private let others: [Place]

    /// A link that may be used.
    private struct Place: Sendable {
        let link: Link
        /// The place of the first pattern that matches.
        let rank: Int
    }

    init(patterns: [InterfacePattern], network: NetworkState) {
        let linkSubnets = network.subnets
        var holders: [CIDR: [Place]] = [:]
        var others: [Place] = []
        for link in network.links.values where !link.isLoopback {
            guard let rank = Self.rank(of: link, among: patterns) else { continue }
            let place = Place(link: link, rank: rank)
            for subnet in linkSubnets[link.index] ?? [] { holders[subnet, default: []].append(place) }
            // A port of a bridge or bond sends through its master.
            if !patterns.isEmpty, link.master == nil { others.append(place) }
        }
        self.patterns = patterns
        self.linkSubnets = linkSubnets
        self.holders = holders
        self.others = others
    }

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
        guard !link.isLoopback, Self.rank(of: link, among: patterns) != nil, obstacle(on: link) == nil else {
            return false
        }
        return link.master == nil || !subnets(of: link).isEmpty
    }

    /// The subnets of the link's addresses, those that we have set left out.
    func subnets(of link: Link) -> Set<CIDR> { linkSubnets[link.index] ?? [] }

    /// The subnets of interfaces that cannot be used as they are.
    var awaitedSubnets: Set<CIDR> {
        holders.reduce(into: []) { awaited, entry in
            guard !entry.key.network.isLinkLocal, entry.value.contains(where: { obstacle(on: $0.link) != nil }) else {
                return
            }
            awaited.insert(entry.key)
        }
    }

    private struct Candidate {
        let place: Place
        /// Of the subnet that holds the address; -1 for none.
        let prefixLength: Int
        var link: Link { place.link }
    }

    /// A link is among them once for each of its subnets that holds the address.
    private func candidates(for address: IPAddress) -> [Candidate] {
        var holding: [Candidate] = []
        for (subnet, places) in holders where subnet.contains(address) {
            holding += places.map { Candidate(place: $0, prefixLength: subnet.prefixLength) }
        }
        // On a link without the subnet nobody would look for the address, and it would stay there.
        return holding.isEmpty ? others.map { Candidate(place: $0, prefixLength: -1) } : holding
    }

    private static func rank(of link: Link, among patterns: [InterfacePattern]) -> Int? {
        if patterns.isEmpty { return 0 }
        return patterns.firstIndex { pattern in
            pattern.matches(link.name) || link.alternativeNames.contains(where: pattern.matches)
        }
    }

    private static func isBetter(_ left: Candidate, _ right: Candidate) -> Bool {
        func order(_ candidate: Candidate) -> (Int, Int, Int, Int32) {
            (
                candidate.link.isOperational && candidate.link.resolvesAddresses ? 0 : 1, -candidate.prefixLength,
                candidate.place.rank, candidate.link.index.number
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
