import BGP
import Netlink
import NetworkTypes
import PacketLoop

/// The host's own addresses, as far as next hops and identifiers follow from them.
struct HostAddresses: Equatable, Sendable {
    struct Holder: Equatable, Sendable {
        let link: LinkIndex
        let name: String
        let mac: MACAddress?
        var addresses: [IPAddress] = []
        var subnets: [CIDR] = []
    }

    private(set) var holders: [Holder] = []
    /// What the host has on loopback links beside what herald set: addresses that sessions can be spoken from.
    private(set) var loopback: [IPAddress] = []
    private var loopbackNames: Set<String> = []
    /// Interfaces by name; a link-local address needs the index.
    private(set) var indexes: [String: LinkIndex] = [:]

    init() {}

    init(_ network: NetworkState) {
        var held: [LinkIndex: Holder] = [:]
        for address in network.hostAddresses where address.isUsable {
            guard let link = network.links[address.link] else { continue }
            var holder = held[address.link] ?? Holder(link: link.index, name: link.name, mac: link.macAddress)
            holder.addresses.append(address.address)
            if let subnet = address.subnet { holder.subnets.append(subnet) }
            held[address.link] = holder
        }
        holders = held.values.map { holder in
            var holder = holder
            holder.addresses.sort()
            holder.subnets.sort()
            return holder
        }.sorted { $0.link < $1.link }
        loopback = network.links.values.filter(\.isLoopback).flatMap { network.addresses(on: $0.index) }
            .filter { !$0.isOurs && !$0.address.isLoopback && $0.isUsable }.map(\.address).sorted()
        loopbackNames = Set(network.links.values.filter(\.isLoopback).map(\.name))
        indexes = Dictionary(network.links.values.map { ($0.name, $0.index) }) { first, _ in first }
    }

    /// The host's first IPv4 address on a link to one of these peers, or of all; without one, a number made from its first
    /// address, so that it is the same each time.
    func identifier(towards peers: [IPAddress]) -> RouterID? {
        let near = holders.filter { holder in
            holder.subnets.contains { subnet in peers.contains(where: subnet.contains) }
        }
        let all = (near + holders).flatMap(\.addresses)
        if let first = all.first(where: { $0.family == .ipv4 && !$0.isLinkLocal }) { return RouterID(first) }
        guard let first = all.first(where: { !$0.isLinkLocal }) ?? all.first else { return nil }
        let hash = first.octets.reduce(UInt32(0x811C_9DC5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        return RouterID(hash) ?? RouterID(1)
    }

    /// An interface on which a neighbour can be found; nil while it has no link-local address.
    func interface(named name: String) -> NeighbourFinder.Interface? {
        guard let holder = holders.first(where: { $0.name == name }), let mac = holder.mac,
            let address = holder.addresses.first(where: { $0.family == .ipv6 && $0.isLinkLocal })
        else { return nil }
        return NeighbourFinder.Interface(name: name, link: holder.link, mac: mac, address: address)
    }

    /// The address of an interface to speak with a peer from: one that shares a subnet with the peer, else the lowest.
    func address(on name: String, towards peer: IPAddress) -> IPAddress? {
        let holder = holders.first { $0.name == name }
        let all = (holder?.addresses ?? []) + (loopbackNames.contains(name) ? loopback : [])
        let own = all.filter { $0.family == peer.family && !$0.isLinkLocal }
        let near = holder?.subnets.filter { $0.contains(peer) } ?? []
        return own.first { address in near.contains { $0.contains(address) } } ?? own.first
    }

    /// The interfaces in whose subnets a neighbour is; none when it is not known to be a neighbour.
    func links(towards peer: IPAddress) -> Set<UInt32> {
        let near = holders.filter { $0.subnets.contains { $0.contains(peer) } }
        return Set(near.map { UInt32(bitPattern: $0.link.number) })
    }

    /// Where a peer sends packets when the session is spoken from `local`, if the host still has that.
    ///
    /// Of the other family an address of the same interface counts, or of one that leads to the peer: one in whose
    /// subnet the peer is, or that which has `path`, an address that packets to the peer leave with. What other
    /// interfaces have, a bridge of containers for one, no peer can be expected to reach.
    func nextHops(local: SocketAddress, peer: IPAddress, path: IPAddress? = nil) -> ExportPolicy.NextHops {
        let holder = holder(of: local)
        let local = local.address
        // Every interface has the subnet of link-local addresses.
        let near = peer.isLinkLocal ? [] : holders.filter { $0.subnets.contains { $0.contains(peer) } }
        let far = path.flatMap { path in holders.first { $0.addresses.contains(path) } }
        let isLoopback = loopback.contains(local)
        var hops = ExportPolicy.NextHops()
        for family in [AddressFamily.ipv4, .ipv6] {
            let address: IPAddress?
            // Link-local IPv4 addresses are next hops as others are; IPv6 has a field of its own for them.
            if local.family == family, family == .ipv4 || !local.isLinkLocal {
                address = holder != nil || isLoopback ? local : nil
            } else {
                let own = isLoopback ? loopback.first { $0.family == family && !$0.isLinkLocal } : nil
                address = own ?? Self.global(family, [holder] + near + [far])
            }
            switch family {
            case .ipv4: hops.ipv4 = address
            case .ipv6: hops.ipv6 = address
            }
        }
        // RFC 2545 section 3: the link-local address too, where the peer shares the link.
        if let holder, peer.isLinkLocal || holder.subnets.contains(where: { $0.contains(peer) }), peer.family == .ipv6 {
            hops.linkLocal =
                local.isLinkLocal ? local : holder.addresses.first { $0.family == .ipv6 && $0.isLinkLocal }
        }
        return hops
    }

    /// Several links may have one link-local address.
    private func holder(of address: SocketAddress) -> Holder? {
        holders.first { holder in
            holder.addresses.contains(address.address)
                && (address.scope == 0 || address.scope == UInt32(bitPattern: holder.link.number))
        }
    }

    private static func global(_ family: AddressFamily, _ holders: [Holder?]) -> IPAddress? {
        holders.lazy.compactMap { $0?.addresses.first { $0.family == family && !$0.isLinkLocal } }.first
    }
}
