import IPAM
import LoadBalancing
import NetworkTypes
import YAML

extension Shape where Value == [PlannerSettings.PoolSettings] {
    static var pools: Shape {
        let noun = "a list of pools"
        let example = "[{name: edge, addresses: [192.168.10.240/28]}]"
        return Shape.list(of: .pool, noun, example: example).checked { pools, node, reading in
            guard pools.isEmpty else { return }
            reading.error(
                node.mark, "there are no pools, so no Service can get an address",
                cure: "write, for example, 'pools: \(example)'")
        }
    }
}

extension Shape where Value == PlannerSettings.PoolSettings {
    fileprivate static var pool: Shape {
        mapping(
            PlannerSettings.PoolSettings(pool: Pool(name: "", ranges: [])),
            [
                Field("name", \.pool.name, .label, isRequired: true, "What Services call the pool."),
                Field(
                    "addresses", \.pool.ranges,
                    .list(of: .addresses, "a list of addresses", example: "[192.168.10.240/28]"), isRequired: true,
                    "CIDR blocks, ranges (first-last) and single addresses."),
                Field(
                    "autoAssign", \.pool.autoAssign, .boolean,
                    "Whether Services that name neither the pool nor one of its addresses may get one."),
                Field("order", \.pool.order, .choice(), "Which free address is taken next."),
                Field(
                    "skipEdgeAddresses", \.pool.skipEdgeAddresses, .boolean,
                    "Leaves out IPv4 addresses that end in .0 or .255, and the first address of an IPv6 prefix."),
                Field(
                    "priority", \.pool.priority, .integer(-1_000_000...1_000_000),
                    "Pools with a higher number are tried first."),
                Field(
                    "namespaces", \.pool.namespaces, .namespaces,
                    "Namespaces whose Services may use the pool; with neither these nor namespaceSelector: all."),
                Field(
                    "namespaceSelector", optional: \.pool.namespaceSelector, .selector,
                    "Admits namespaces by their labels, in addition to those named."),
                Field(
                    "serviceSelector", optional: \.pool.serviceSelector, .selector, otherwise: "all",
                    "Which Services may use the pool, by their labels."),
                Field(
                    "onRemoval", \.pool.onRemoval, .choice(),
                    "Whether a Service keeps an address that is no longer in any pool or gets another one."),
                Field(
                    "quarantine", \.pool.quarantine, .duration(.zero ... .seconds(7 * 86_400)),
                    "How long a released address rests before another Service may get it."),
                Field(
                    "mode", optional: \.mode, .mode, otherwise: "as above", "How the pool's addresses are announced."),
            ], example: "{name: edge, addresses: [192.168.10.240/28]}"
        ).checked(PoolChecks.checkOne)
    }
}

extension Shape where Value == Set<String> {
    fileprivate static var namespaces: Shape {
        Shape<[String]>.list(of: .label, "a list of namespaces", example: "[web]")
            .then(show: { $0.isEmpty ? "[]" : nil }) { names, _, _ in Set(names) }
    }
}
