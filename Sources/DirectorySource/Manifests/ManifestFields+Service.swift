import IPAM
import LoadBalancing
import NetworkTypes
import YAML

extension ManifestFields {
    /// Nil when there is no name, without which nothing can be said of a Service; otherwise it is only to be used if
    /// there are no problems.
    mutating func service(_ node: Node) -> LoadBalancerService? {
        let metadata = node["metadata"]
        guard let key = key(node) else { return nil }
        var service = LoadBalancerService(key: key)
        service.uid = text(metadata?["uid"], "metadata.uid") ?? ""
        service.labels = texts(metadata?["labels"], "metadata.labels")
        service.annotations = texts(metadata?["annotations"], "metadata.annotations")
            .filter { $0.key.hasPrefix(Annotation.prefix) }
        let type = choice(
            node["spec"]?["type"], "spec.type", of: ["ClusterIP", "NodePort", "LoadBalancer", "ExternalName"]
        ) { $0 }
        service.isLoadBalancer = type == "LoadBalancer"
        if let spec = mapping(node["spec"], "spec") {
            readFamilies(spec, into: &service)
            readTraffic(spec, into: &service)
            service.ports = ports(spec)
        }
        if service.isLoadBalancer, service.ports.isEmpty, problems.isEmpty {
            refuse(node["spec"] ?? node, "spec.ports", "is missing", cure: "add the ports that clients connect to")
        }
        return service
    }

    /// The namespace and name, if both are right.
    mutating func key(_ node: Node) -> ServiceKey? {
        guard let metadata = mapping(node["metadata"], "metadata"), let nameNode = metadata["name"],
            let name = text(nameNode, "metadata.name")
        else {
            if problems.isEmpty {
                refuse(node["metadata"] ?? node, "metadata.name", "is missing", cure: "add the Service's name")
            }
            return nil
        }
        let namespaceNode = metadata["namespace"]
        let namespace = text(namespaceNode, "metadata.namespace") ?? ""
        let isNameRight = checkLabel(name, nameNode, "metadata.name")
        let isNamespaceRight =
            namespace.isEmpty || checkLabel(namespace, namespaceNode ?? node, "metadata.namespace")
        guard isNameRight, isNamespaceRight, problems.isEmpty else { return nil }
        return ServiceKey(namespace: namespace.isEmpty ? "default" : namespace, name: name)
    }

    // MARK: - Families and traffic

    private mutating func readFamilies(_ spec: Node, into service: inout LoadBalancerService) {
        let nodes = list(spec["ipFamilies"], "spec.ipFamilies")
        service.ipFamilies = nodes.enumerated().compactMap { index, node in
            choice(node, "spec.ipFamilies[\(index)]", of: ["IPv4", "IPv6"], AddressFamily.init(rawValue:))
        }
        if let second = nodes.dropFirst().first, Set(service.ipFamilies).count != nodes.count {
            refuse(second, "spec.ipFamilies", "may name each family once", cure: "write [IPv4, IPv6] or one of them")
        }
        let policy = choice(
            spec["ipFamilyPolicy"], "spec.ipFamilyPolicy", of: ["SingleStack", "PreferDualStack", "RequireDualStack"],
            LoadBalancerService.FamilyPolicy.init(rawValue:))
        if policy == .singleStack, let second = nodes.dropFirst().first {
            refuse(
                second, "spec.ipFamilies", "may name one family only when 'spec.ipFamilyPolicy' is SingleStack",
                cure: "remove one, or write PreferDualStack or RequireDualStack")
        }
        // As an API server fills it in.
        service.familyPolicy = policy ?? (nodes.count > 1 ? .requireDualStack : .singleStack)
    }

    private mutating func readTraffic(_ spec: Node, into service: inout LoadBalancerService) {
        service.loadBalancerIP = text(spec["loadBalancerIP"], "spec.loadBalancerIP")
        service.loadBalancerClass = text(spec["loadBalancerClass"], "spec.loadBalancerClass")
        if let node = spec["loadBalancerClass"], service.loadBalancerClass != nil, !service.isLoadBalancer {
            refuse(
                node, "spec.loadBalancerClass", "needs the type LoadBalancer",
                cure: "write 'type: LoadBalancer' or remove the class")
        }
        service.trafficPolicy =
            choice(
                spec["externalTrafficPolicy"], "spec.externalTrafficPolicy", of: ["Cluster", "Local"],
                LoadBalancerService.TrafficPolicy.init(rawValue:)) ?? .cluster
        service.selector = texts(spec["selector"], "spec.selector")
        _ = choice(spec["sessionAffinity"], "spec.sessionAffinity", of: ["None", "ClientIP"]) { $0 }
        _ = boolean(spec["allocateLoadBalancerNodePorts"], "spec.allocateLoadBalancerNodePorts")
        checkSourceRanges(spec)
    }

    private mutating func checkSourceRanges(_ spec: Node) {
        let path = "spec.loadBalancerSourceRanges"
        for (index, node) in list(spec["loadBalancerSourceRanges"], path).enumerated() {
            guard let text = text(node, "\(path)[\(index)]") else { continue }
            var word = text.drop { $0 == " " }
            while word.last == " " { word.removeLast() }
            guard CIDR.parts(of: String(word)) == nil else { continue }
            refuse(
                node, "\(path)[\(index)]", "is not a CIDR block: \(quoted(text))",
                cure: "write, for example, 192.0.2.0/24")
        }
    }

    // MARK: - Ports

    private mutating func ports(_ spec: Node) -> [LoadBalancerService.Port] {
        let nodes = list(spec["ports"], "spec.ports")
        var ports: [LoadBalancerService.Port] = []
        var seen = SeenPorts()
        for (index, node) in nodes.enumerated() {
            let path = "spec.ports[\(index)]"
            guard let port = port(node, path, isNameRequired: nodes.count > 1) else { continue }
            for repeated in seen.insert(port) {
                refuse(node, path, "repeats the \(repeated) of another port", cure: "give each port its own")
            }
            ports.append(port)
        }
        return ports
    }

    private mutating func port(_ node: Node, _ path: String, isNameRequired: Bool) -> LoadBalancerService.Port? {
        guard mapping(node, path) != nil else {
            if node.isNull { refuse(node, path, "is empty", cure: "write a port or remove the item") }
            return nil
        }
        let name = text(node["name"], "\(path).name") ?? ""
        if let nameNode = node["name"], !name.isEmpty {
            _ = checkLabel(name, nameNode, "\(path).name")
        } else if isNameRequired {
            refuse(node, "\(path).name", "is missing", cure: "name each port of a Service that has several")
        }
        let transport =
            choice(
                node["protocol"], "\(path).protocol", of: PortClaim.Transport.allCases.map(\.rawValue),
                PortClaim.Transport.init(rawValue:)) ?? .tcp
        let nodePort = self.port(node["nodePort"], "\(path).nodePort", from: 0) ?? 0
        checkTarget(node["targetPort"], "\(path).targetPort")
        _ = text(node["appProtocol"], "\(path).appProtocol")
        guard let numberNode = node["port"], !numberNode.isNull else {
            refuse(node, "\(path).port", "is missing", cure: "add the port that clients connect to")
            return nil
        }
        guard let number = self.port(numberNode, "\(path).port") else { return nil }
        return LoadBalancerService.Port(name: name, transport, number, nodePort: nodePort)
    }

    /// A number, or the name of a pod's port.
    private mutating func checkTarget(_ node: Node?, _ path: String) {
        guard let node, !node.isNull else { return }
        if case .string(let name) = node.scalar?.value {
            guard !name.isEmpty, name.utf8.count <= 15 else {
                return refuse(
                    node, path, "is not the name of a port: \(quoted(name))", cure: "use at most 15 characters")
            }
        } else {
            _ = port(node, path)
        }
    }

    // MARK: - Names

    /// A DNS label (RFC 1123); Kubernetes' older rule, that a Service's name begins with a letter, is not enforced.
    private mutating func checkLabel(_ text: String, _ node: Node, _ path: String) -> Bool {
        let isRight =
            (1...63).contains(text.utf8.count) && text.utf8.first != UInt8(ascii: "-")
            && text.utf8.last != UInt8(ascii: "-")
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
        if isRight { return true }
        refuse(
            node, path, "is not a DNS label: \(quoted(text))",
            cure: "use at most 63 lower-case letters, digits and '-', with a letter or digit at both ends")
        return false
    }
}

/// What the ports of a Service have already used.
private struct SeenPorts {
    private var claims: Set<PortClaim> = []
    private var names: Set<String> = []
    private var nodePorts: Set<PortClaim> = []

    /// What the port has in common with an earlier one.
    mutating func insert(_ port: LoadBalancerService.Port) -> [String] {
        var repeated: [String] = []
        if !claims.insert(port.claim).inserted { repeated.append("number and protocol") }
        if !port.name.isEmpty, !names.insert(port.name).inserted { repeated.append("name") }
        let nodePort = PortClaim(port.claim.transport, port.nodePort)
        if port.nodePort != 0, !nodePorts.insert(nodePort).inserted { repeated.append("nodePort") }
        return repeated
    }
}
