import ClusterLab
import Lab
import NetworkTypes

/// What is really so at one moment: addresses on the nodes' interfaces, and the routes of the router.
struct World {
    /// Addresses of the pools, by the name of the node and the interface they are on.
    var onInterfaces: [String: [String: Set<IPAddress>]] = [:]
    /// Prefixes that the router has, by the name of the node that it has them from.
    var routes: [String: Set<IPAddress>] = [:]

    /// `isOurs` picks the addresses that herald may have put there.
    static func look(at nodes: [HeraldNode], _ bird: Bird, isOurs: (IPAddress) -> Bool) throws -> World {
        var world = World()
        for node in nodes {
            for found in try node.node.addresses() where isOurs(found.address) {
                world.onInterfaces[node.name, default: [:]][found.interface, default: []].insert(found.address)
            }
            world.routes[node.name] = []
        }
        try world.readRoutes(bird, nodes)
        return world
    }

    func addresses(of node: String) -> Set<IPAddress> {
        onInterfaces[node, default: [:]].values.reduce(into: Set()) { $0.formUnion($1) }
    }

    /// As `10.0.8.1/32  unicast [one 04:05:06.123] * (100) [AS64512i]`; further ones of the prefix follow without it.
    private mutating func readRoutes(_ bird: Bird, _ nodes: [HeraldNode]) throws {
        var prefix: Substring = ""
        for line in try bird.show("route").split(separator: "\n") where line.contains("unicast [") {
            let words = line.split(separator: " ")
            if let first = words.first, first.contains("/") { prefix = first }
            guard let name = line.split(separator: "[").dropFirst().first?.split(separator: " ").first,
                let node = nodes.first(where: { $0.node.name == String(name) }),
                let address = prefix.split(separator: "/").first.flatMap({ IPAddress(String($0)) })
            else { continue }
            routes[node.name, default: []].insert(address)
        }
    }
}
