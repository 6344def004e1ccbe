package import APIServer

/// A Service as a user writes it.
package struct ServiceObject: Sendable {
    package var name: String
    package var annotations: [String: String] = [:]
    package var loadBalancerIP: String?
    package var loadBalancerClass: String?
    package var ipFamilyPolicy: String?
    package var externalTrafficPolicy: String?
    package var finalizers: [String] = []
    package var ports: [(number: Int, transport: String)] = [(80, "TCP")]

    package init(_ name: String) {
        self.name = name
    }

    package init(
        _ name: String, pool: String? = nil, addresses: String? = nil, share: String? = nil,
        ports: [(number: Int, transport: String)] = [(80, "TCP")]
    ) {
        self.name = name
        self.ports = ports
        for (key, value) in [("pool", pool), ("addresses", addresses), ("share", share)] {
            annotations["herald-lb.io/\(key)"] = value
        }
    }

    package var json: JSON {
        var metadata: JSON = ["name": .string(name)]
        if !annotations.isEmpty {
            metadata["annotations"] = .object(
                annotations.map { JSON.Member(name: $0.key, value: .string($0.value)) })
        }
        if !finalizers.isEmpty { metadata["finalizers"] = .array(finalizers.map { .string($0) }) }
        var spec: JSON = [
            "type": "LoadBalancer",
            "ports": .array(
                ports.map { port in
                    [
                        "name": .string("p\(port.number)\(port.transport == "TCP" ? "" : port.transport.lowercased())"),
                        "port": .integer(Int64(port.number)), "protocol": .string(port.transport), "targetPort": 8080,
                    ]
                }),
        ]
        let fields = [
            ("loadBalancerIP", loadBalancerIP), ("loadBalancerClass", loadBalancerClass),
            ("ipFamilyPolicy", ipFamilyPolicy), ("externalTrafficPolicy", externalTrafficPolicy),
        ]
        for (name, value) in fields { spec[name] = value.map { .string($0) } }
        return ["metadata": metadata, "spec": spec]
    }
}
