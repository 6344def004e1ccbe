/// A Service as its manifest says it.
struct Manifest: Sendable {
    var name: String
    var addresses: String?
    var share: String?
    var pool: String?
    var isDualStack = false
    var ports: [Int] = [80]

    /// As the text of a file. JSON is YAML.
    var text: String {
        let wishes = [("addresses", addresses), ("share", share), ("pool", pool)]
        let annotations = wishes.compactMap { key, value in value.map { "\"herald-lb.io/\(key)\": \"\($0)\"" } }
        let families = isDualStack ? "ipFamilyPolicy: RequireDualStack, " : ""
        let ports = ports.map { "{name: p\($0), port: \($0)}" }
        return """
            apiVersion: v1
            kind: Service
            metadata: {name: \(name), annotations: {\(annotations.joined(separator: ", "))}}
            spec: {type: LoadBalancer, \(families)ports: [\(ports.joined(separator: ", "))]}

            """
    }
}
