import IPAM
import LoadBalancing
import NetworkTypes
import YAML

/// What must hold for a pool as a whole, and between pools.
enum PoolChecks {
    /// Looks at one pool that could be read.
    static func checkOne(_ settings: PlannerSettings.PoolSettings, _ node: Node, _ reading: inout Reading) {
        let pool = settings.pool
        if pool.ranges.isEmpty {
            reading.error(
                node["addresses"]?.mark ?? node.mark, "pool '\(pool.name)' has no addresses",
                cure: "write, for example, 'addresses: [192.168.10.240/28]'")
        } else if pool.skipEdgeAddresses, pool.ranges.allSatisfy({ Pool.edgeCount(of: $0) == $0.count }) {
            reading.error(
                node["skipEdgeAddresses"]?.mark ?? node.mark,
                "skipEdgeAddresses leaves out every address of pool '\(pool.name)'",
                cure: "remove skipEdgeAddresses or add addresses")
        } else if pool.skipEdgeAddresses,
            pool.ranges.allSatisfy({ $0.family == .ipv6 && Pool.edgeCount(of: $0) == 0 })
        {
            reading.warn(
                node["skipEdgeAddresses"]?.mark ?? node.mark,
                "skipEdgeAddresses does nothing in pool '\(pool.name)', which has neither an IPv4 address nor the "
                    + "first one of an IPv6 prefix", cure: "remove it")
        }
    }

    /// Compares all pools of a file; works on its nodes, so that one broken address hides no overlap of others.
    static func check(_ root: Node, _ reading: inout Reading) {
        let pools = root["pools"]?.sequence ?? []
        checkNames(pools, &reading)
        checkOverlaps(pools, &reading)
    }

    private static func checkNames(_ pools: [Node], _ reading: inout Reading) {
        var first: [String: Mark] = [:]
        for node in pools.compactMap({ $0["name"] }) {
            guard let name = node.scalar?.text else { continue }
            if let mark = first[name] {
                reading.error(
                    node.mark, "two pools have the name \(quoted(name)), the first at \(mark)",
                    cure: "rename one of them")
            } else {
                first[name] = node.mark
            }
        }
    }

    /// Addresses with their place.
    private struct Item {
        let range: AddressRange
        let text: String
        let mark: Mark
        let pool: Int
    }

    private static func checkOverlaps(_ pools: [Node], _ reading: inout Reading) {
        let items = pools.enumerated().flatMap { index, pool in
            (pool["addresses"]?.sequence ?? []).compactMap { item($0, pool: index) }
        }
        // In order of their first address, each range that overlaps any before it overlaps the one that reaches farthest.
        var farthest: Item?
        for item in items.sorted(by: { ($0.range, $0.mark) < ($1.range, $1.mark) }) {
            guard let other = farthest, other.range.family == item.range.family else {
                farthest = item
                continue
            }
            if other.range.overlaps(item.range) { tell(item, other, &reading) }
            if item.range.last > other.range.last { farthest = item }
        }
    }

    private static func item(_ node: Node, pool: Int) -> Item? {
        guard let text = node.scalar?.text, let range = try? AddressText.range(from: text) else { return nil }
        return Item(range: range, text: text, mark: node.mark, pool: pool)
    }

    private static func tell(_ one: Item, _ other: Item, _ reading: inout Reading) {
        let (first, second) = one.mark < other.mark ? (one, other) : (other, one)
        let place = first.pool == second.pool ? "of the same pool" : "of another pool"
        reading.error(
            second.mark, "\(quoted(second.text)) overlaps \(quoted(first.text)) \(place) at \(first.mark)",
            cure: "write each address once, in one pool")
    }
}
