public import NetworkTypes

/// The links and addresses of a network namespace.
///
/// Keeps up to `limit` entries of each table; what is beyond is left out, and `isComplete` says so.
public struct NetworkState: Equatable, Sendable {
    /// Entries of a table.
    public static let limit = 200_000

    /// Every link of the namespace.
    public private(set) var links: [LinkIndex: Link] = [:]
    /// False once an entry was left out.
    public private(set) var isComplete = true
    private var addresses: [LinkIndex: [AddressKey: InterfaceAddress]] = [:]
    private var addressCount = 0
    /// The addresses of others that bring a subnet: few, where ours may be many.
    private var subnetHolders: [AddressKey: InterfaceAddress] = [:]

    /// Nothing is known.
    public init() {}

    /// Takes a change in and returns whether anything is different now, lifetimes of addresses aside.
    @discardableResult
    public mutating func apply(_ change: NetlinkChange) -> Bool {
        switch change {
        case .link(let link): put(link)
        case .linkRemoved(let link): remove(link)
        case .address(let address): put(address)
        case .addressRemoved(let address): remove(address)
        case .resynchronised(let state): replace(by: state)
        }
    }

    private mutating func put(_ link: Link) -> Bool {
        guard hasRoom(links.count, links[link.index] != nil) else { return false }
        return links.updateValue(link, forKey: link.index) != link
    }

    private mutating func remove(_ link: Link) -> Bool {
        // The kernel takes the addresses away first and says so; this is for a notice that came late.
        for key in addresses[link.index, default: [:]].keys { subnetHolders[key] = nil }
        addressCount -= addresses.removeValue(forKey: link.index)?.count ?? 0
        return links.removeValue(forKey: link.index) != nil
    }

    private mutating func put(_ address: InterfaceAddress) -> Bool {
        let old = addresses[address.link]?[address.key]
        guard hasRoom(addressCount, old != nil) else { return false }
        addresses[address.link, default: [:]][address.key] = address
        subnetHolders[address.key] = address.subnet != nil && !address.isOurs ? address : nil
        if old == nil { addressCount += 1 }
        return old.map { !$0.isSame(as: address) } ?? true
    }

    private mutating func remove(_ address: InterfaceAddress) -> Bool {
        subnetHolders[address.key] = nil
        guard addresses[address.link]?.removeValue(forKey: address.key) != nil else { return false }
        addressCount -= 1
        return true
    }

    private mutating func replace(by state: NetworkState) -> Bool {
        defer { self = state }
        return self != state
    }

    private mutating func hasRoom(_ count: Int, _ isKnown: Bool) -> Bool {
        guard !isKnown, count >= Self.limit else { return true }
        isComplete = false
        return false
    }
}

// MARK: - Looking things up

extension NetworkState {
    /// By name or alternative name.
    public func link(named name: String) -> Link? {
        links.values.first { $0.name == name }
            ?? links.values.first { $0.alternativeNames.contains(name) }
    }

    /// One address, if a link holds it.
    public func address(_ key: AddressKey) -> InterfaceAddress? {
        addresses[key.link]?[key]
    }

    /// In no order.
    public func addresses(on link: LinkIndex) -> some Collection<InterfaceAddress> {
        addresses[link, default: [:]].values
    }

    /// What herald set, in this process or one before it; in no order.
    public var ownAddresses: [InterfaceAddress] {
        addresses.values.flatMap { $0.values.filter(\.isOurs) }
    }

    /// The addresses that the node has of its own: not ours, on links that are up, loopback left out; in no order.
    ///
    /// Addresses that kube-proxy puts on its link in IPVS mode are not among them, because that link is down.
    public var hostAddresses: [InterfaceAddress] {
        addresses.flatMap { index, held in
            guard let link = links[index], link.isUp, !link.isLoopback else {
                return [InterfaceAddress]()
            }
            return held.values.filter { !$0.isOurs && !$0.address.isLoopback }
        }
    }

    /// The subnets of the addresses of each link, those that herald set left out; links without any are absent.
    public var subnets: [LinkIndex: Set<CIDR>] {
        subnetHolders.values.reduce(into: [:]) { subnets, holder in
            if let subnet = holder.subnet { subnets[holder.link, default: []].insert(subnet) }
        }
    }

    /// The link that reaches `address` directly, by the subnet of one of its addresses.
    ///
    /// The longest prefix wins, then a link that is operational, then the lower index. Loopback, and addresses that
    /// herald set, do not count.
    public func link(reaching address: IPAddress, onlyUp: Bool = false) -> Link? {
        var best: (link: Link, length: Int)?
        for holder in subnetHolders.values {
            guard let subnet = holder.subnet, subnet.contains(address), let link = links[holder.link],
                !link.isLoopback, link.isUp || !onlyUp
            else { continue }
            if let current = best, !Self.isBetter((link, subnet.prefixLength), than: current) { continue }
            best = (link, subnet.prefixLength)
        }
        return best?.link
    }

    private static func isBetter(
        _ left: (link: Link, length: Int), than right: (link: Link, length: Int)
    ) -> Bool {
        if left.length != right.length { return left.length > right.length }
        if left.link.isOperational != right.link.isOperational { return left.link.isOperational }
        return left.link.index < right.link.index
    }
}
