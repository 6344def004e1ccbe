import APIServer
import ClusterLab
import HTTPTransfer
import NetworkTypes

/// What users and pods do: Services come, change in every field that matters, and go; endpoints flap.
struct Churn {
    let api: API
    let journal: Journal
    let nodes: [String]
    let limit: Int
    var generator: SeededGenerator
    /// Names of the Services there are.
    private(set) var names: [String] = []
    /// Those that something was done to since `forget`.
    private(set) var touched: Set<String> = []
    private(set) var edits = 0
    private(set) var refused = 0
    private var lastNumber = 0
    /// Where requests may point.
    var layout: Layout

    init(api: API, journal: Journal, nodes: [String], limit: Int, seed: UInt64, layout: Layout) {
        (self.api, self.journal, self.nodes, self.limit, self.layout) = (api, journal, nodes, limit, layout)
        generator = SeededGenerator(seed: seed)
    }

    mutating func forget() {
        touched = []
    }

    mutating func fill(to count: Int) async throws {
        while names.count < count { try await create() }
    }

    /// One change, of a random kind.
    mutating func step() async throws {
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<10 where names.count < limit: try await create()
        case 10..<20: try await delete()
        case 20..<25: try await recreate()
        case 25..<55: try await flap()
        default: try await edit()
        }
    }

    // MARK: - Coming and going

    private mutating func create(named name: String? = nil) async throws {
        lastNumber += 1
        let name = name ?? "s\(lastNumber)"
        let endpoints = endpoints()
        for family in Self.families {
            try await api.create(api.cluster.slices, slice(of: name, family, endpoints))
        }
        let object = service(name)
        guard try await api.create(api.cluster.services, object) != nil else {
            refused += 1
            try await removeSlices(of: name)
            return
        }
        journal.note(name, "endpoints: \(endpoints.text)")
        names.append(name)
        note(name, "created \(object["metadata"]?["annotations"]?.text ?? "") \(object["spec"]?.text ?? "")")
    }

    private mutating func delete() async throws {
        guard let index = names.indices.randomElement(using: &generator) else { return }
        let name = names.remove(at: index)
        try await remove(name)
    }

    private mutating func recreate() async throws {
        guard let index = names.indices.randomElement(using: &generator) else { return }
        let name = names.remove(at: index)
        try await remove(name)
        try await create(named: name)
    }

    private mutating func remove(_ name: String) async throws {
        note(name, "deleted")
        try await api.delete(api.cluster.service(name))
        try await removeSlices(of: name)
    }

    private func removeSlices(of name: String) async throws {
        for family in Self.families { try await api.delete(slicePath(name, family)) }
    }

    private static let families = ["IPv4", "IPv6"]

    private func slicePath(_ name: String, _ family: String) -> String {
        "\(api.cluster.slices)/\(name)-\(family.lowercased())"
    }

    // MARK: - Changes

    private mutating func edit() async throws {
        guard let name = names.randomElement(using: &generator) else { return }
        let change = change()
        let isTaken = try await api.patch(api.cluster.service(name), change) != nil
        if !isTaken { refused += 1 }
        note(name, "\(isTaken ? "edited" : "edit refused"): \(change.text)")
    }

    private mutating func flap() async throws {
        guard let name = names.randomElement(using: &generator) else { return }
        let endpoints = endpoints()
        // The slices of the two families change one after the other, and one may lag behind.
        let families = chance(80) ? Self.families : [Self.families[Int.random(in: 0...1, using: &generator)]]
        for family in families { try await api.patch(slicePath(name, family), ["endpoints": endpoints]) }
        note(name, "endpoints in \(families): \(endpoints.text)")
    }

    private mutating func note(_ name: String, _ text: String) {
        touched.insert(name)
        edits += 1
        journal.note(name, text)
    }

    /// A merge patch of one field, or of two that belong together.
    private mutating func change() -> JSON {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0: ["spec": ["ports": ports()]]
        case 1: ["spec": ["externalTrafficPolicy": chance(40) ? "Local" : "Cluster"]]
        case 2: ["metadata": ["annotations": ["herald-lb.io/pool": pool() ?? .null]]]
        case 3: ["metadata": ["annotations": ["herald-lb.io/addresses": addresses() ?? .null]]]
        case 4: ["metadata": ["annotations": ["herald-lb.io/share": key() ?? .null]]]
        case 5: ["metadata": ["labels": ["color": color() ?? .null]]]
        case 6: ["spec": ["loadBalancerIP": chance(50) ? .string(address(.ipv4)) : ""]]
        case 7: ["spec": ["type": chance(60) ? "LoadBalancer" : "ClusterIP", "loadBalancerClass": serviceClass()]]
        case 8: ["spec": ["ipFamilyPolicy": policy()]]
        default: ["spec": ["selector": ["app": .string("app\(Int.random(in: 0..<3, using: &generator))")]]]
        }
    }

    private mutating func service(_ name: String) -> JSON {
        var annotations: JSON = .empty
        annotations["herald-lb.io/pool"] = chance(70) ? nil : pool()
        annotations["herald-lb.io/addresses"] = chance(90) ? nil : addresses()
        annotations["herald-lb.io/share"] = chance(80) ? nil : key()
        let isBalancer = chance(94)
        let policy = policy()
        var families: JSON = chance(75) ? ["IPv4"] : ["IPv6"]
        if policy != "SingleStack" {
            families = .array((families.array ?? []) + [families == ["IPv4"] ? "IPv6" : "IPv4"])
        }
        var spec: JSON = [
            "type": isBalancer ? "LoadBalancer" : "ClusterIP", "ports": ports(), "ipFamilyPolicy": policy,
            "ipFamilies": families, "selector": ["app": "app0"],
        ]
        if isBalancer {
            spec["externalTrafficPolicy"] = chance(75) ? "Cluster" : "Local"
            if chance(25) { spec["loadBalancerClass"] = serviceClass() }
            if chance(5) { spec["loadBalancerIP"] = .string(address(.ipv4)) }
        }
        let labels: JSON = color().map { ["color": $0] } ?? .empty
        return ["metadata": ["name": .string(name), "labels": labels, "annotations": annotations], "spec": spec]
    }

    private func slice(of name: String, _ family: String, _ endpoints: JSON) -> JSON {
        [
            "metadata": [
                "name": .string("\(name)-\(family.lowercased())"),
                "labels": ["kubernetes.io/service-name": .string(name)],
            ],
            "addressType": .string(family), "endpoints": endpoints,
            "ports": [["name": "http", "port": 8080, "protocol": "TCP"]],
        ]
    }

    // MARK: - Fields

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private mutating func ports() -> JSON {
        let numbers = Set(
            (0..<Int.random(in: 1...2, using: &generator)).map { _ in
                Int64.random(in: 80...99, using: &generator)
            })
        return .array(
            numbers.sorted().map { number in
                let transport = chance(80) ? "TCP" : "UDP"
                return [
                    "name": .string("p\(number)"), "port": .integer(number), "protocol": .string(transport),
                    "targetPort": 8080,
                ]
            })
    }

    private mutating func endpoints() -> JSON {
        guard !chance(10) else { return [] }
        return .array(
            nodes.filter { _ in chance(70) }.enumerated().map { index, node in
                let isTerminating = chance(15)
                return [
                    "addresses": [.string("10.244.\(index).9")], "nodeName": .string(node),
                    "conditions": [
                        "ready": .bool(!isTerminating && chance(90)), "serving": .bool(isTerminating),
                        "terminating": .bool(isTerminating),
                    ],
                ]
            })
    }

    private mutating func pool() -> JSON? {
        [nil, "main", "move", "move", "tiny", "red", "nowhere"].randomElement(using: &generator) ?? nil
    }

    private mutating func color() -> JSON? { [nil, "red", "red", "blue"].randomElement(using: &generator) ?? nil }

    private mutating func key() -> JSON? {
        chance(20) ? nil : .string("key\(Int.random(in: 0..<8, using: &generator))")
    }

    private mutating func policy() -> JSON {
        ["SingleStack", "SingleStack", "PreferDualStack", "RequireDualStack"].randomElement(using: &generator) ?? ""
    }

    private mutating func serviceClass() -> JSON {
        [.null, "herald-lb.io/herald", "herald-lb.io/herald", "example.com/other"].randomElement(using: &generator)
            ?? .null
    }

    private mutating func addresses() -> JSON? {
        switch Int.random(in: 0..<10, using: &generator) {
        case 0..<3: nil
        case 3..<6: .string(address(.ipv4))
        case 6: .string(address(.ipv6))
        case 7, 8: .string("\(address(.ipv4)),\(address(.ipv6))")
        default: ["10.0.200.1", "10.0.8.300", "ff02::1", "10.0.0.250"].randomElement(using: &generator)
        }
    }

    /// In the first half of a pool, where Services without a wish have theirs, or in the second.
    private mutating func address(_ family: AddressFamily) -> String {
        let pool = layout.pools.filter { $0.name != "tiny" }.randomElement(using: &generator)
        return pool?.addresses(family).randomElement(using: &generator)?.description ?? "10.0.200.2"
    }
}
