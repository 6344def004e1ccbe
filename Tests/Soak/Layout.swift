import ClusterLab
import NetworkTypes

/// The configuration as it is now: the mode and the pools, which the soak changes under load.
struct Layout: Equatable {
    struct Pool: Equatable {
        let name: String
        let ipv4: IPAddress
        let ipv6: IPAddress
        /// Addresses of each family.
        var size: Int
        var autoAssign = true
        var reassigns = false
        /// `color` that a Service must have, as its label says.
        var color: String?

        var text: String {
            let last = UInt128(size - 1)
            guard let last4 = ipv4.advanced(by: last), let last6 = ipv6.advanced(by: last) else { return "" }
            let selector = color.map { ", serviceSelector: {color: \($0)}" } ?? ""
            return "{name: \(name), addresses: [\(ipv4)-\(last4), \"\(ipv6)-\(last6)\"], autoAssign: \(autoAssign), "
                + "onRemoval: \(reassigns ? "reassign" : "keep")\(selector)}"
        }

        func contains(_ address: IPAddress) -> Bool {
            let first = address.family == .ipv4 ? ipv4 : ipv6
            return address.number >= first.number && address.number - first.number < UInt128(size)
        }

        func addresses(_ family: AddressFamily) -> [IPAddress] {
            let first = family == .ipv4 ? ipv4 : ipv6
            return (0..<UInt128(size)).compactMap { first.advanced(by: $0) }
        }
    }

    var mode = "arp"
    var pools: [Pool]
    let attach: String
    private let router: IPAddress

    /// Room for so many Services in the pool that most use.
    init?(services: Int, attach: String, router: IPAddress) {
        func pool(_ name: String, _ third: Int, size: Int) -> Pool? {
            guard let ipv4 = IPAddress("10.0.\(third).0"), let ipv6 = IPAddress("fd00:0:0:1::\(third):0") else {
                return nil
            }
            return Pool(name: name, ipv4: ipv4, ipv6: ipv6, size: size)
        }
        guard let main = pool("main", 8, size: services + 20), var move = pool("move", 16, size: 64),
            var tiny = pool("tiny", 17, size: 4), var red = pool("red", 18, size: 40)
        else { return nil }
        (move.autoAssign, move.reassigns, tiny.autoAssign) = (false, true, false)
        (red.color, red.autoAssign) = ("red", false)
        pools = [main, move, tiny, red]
        self.attach = attach
        self.router = router
    }

    /// Whether an address is in the networks of the pools, whatever the size these have: then only herald puts it anywhere.
    static func mayHold(_ address: IPAddress) -> Bool {
        switch address.family {
        case .ipv4: address.number >> 16 == 0x0A00 && (8...31).contains(address.number >> 8 & 0xFF)
        case .ipv6:
            address.number >> 64 == 0xFD00_0000_0000_0001
                && (8...0x31).contains(address.number >> 16 & 0xFFFF_FFFF_FFFF)
        }
    }

    func pool(of address: IPAddress) -> Pool? { pools.first { $0.contains(address) } }

    func pool(named name: String) -> Pool? { pools.first { $0.name == name } }

    /// Every address that was in a pool at some time, if `pools` had their largest size.
    static func universe(_ layouts: [Layout]) -> [IPAddress] {
        var largest: [String: Pool] = [:]
        for pool in layouts.flatMap(\.pools) where pool.size > largest[pool.name]?.size ?? 0 {
            largest[pool.name] = pool
        }
        return largest.values.flatMap { $0.addresses(.ipv4) + $0.addresses(.ipv6) }.sorted()
    }

    var settings: Settings {
        let peer = "{name: tor, address: \(router), asn: 64500, connectRetry: 500ms, holdTime: 9s}"
        let bgpAttach = ["interface": "lo"][attach] ?? attach
        return Settings(
            mode: mode, pools: pools.map(\.text),
            more: """
                arp: {attach: \(attach)}
                bgp: {asn: 64512, grace: 300ms, attach: \(bgpAttach), peers: [\(peer)]}
                """)
    }
}
