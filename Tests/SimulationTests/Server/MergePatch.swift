@testable import Kubernetes

/// Applies the merge patches that herald writes to a Service, and names what it has no business to write.
enum MergePatch {
    struct Trespass: Error {
        let member: String
    }

    /// The precondition of a patch: the version and UID that it was decided for.
    static func precondition(of patch: JSONValue) -> (uid: String?, version: String?) {
        let metadata = patch.members["metadata"]?.members ?? [:]
        return (metadata["uid"]?.text, metadata["resourceVersion"]?.text)
    }

    static func apply(_ patch: JSONValue, toStatus: Bool, of service: inout Kubernetes.Service) throws(Trespass) {
        for (name, value) in patch.members {
            switch (name, toStatus) {
            case ("metadata", false): try applyMetadata(value, &service.metadata)
            case ("metadata", true): break
            case ("spec", false): try applySpec(value, &service.spec)
            case ("status", true): try applyStatus(value, &service.status)
            default: throw Trespass(member: name)
            }
        }
    }

    private static func applyMetadata(_ patch: JSONValue, _ metadata: inout ObjectMeta) throws(Trespass) {
        for (name, value) in patch.members {
            switch name {
            case "uid", "resourceVersion": break
            case "annotations":
                for (annotation, text) in value.members {
                    guard annotation.hasPrefix("herald-lb.io/") else { throw Trespass(member: annotation) }
                    metadata.annotations[annotation] = text.text
                }
            case "finalizers": metadata.finalizers = value.items.compactMap(\.text)
            default: throw Trespass(member: "metadata.\(name)")
            }
        }
    }

    private static func applySpec(_ patch: JSONValue, _ spec: inout ServiceSpec) throws(Trespass) {
        for (name, value) in patch.members {
            guard name == "loadBalancerIP" else { throw Trespass(member: "spec.\(name)") }
            spec.loadBalancerIP = value.text ?? ""
        }
    }

    private static func applyStatus(_ patch: JSONValue, _ status: inout ServiceStatus) throws(Trespass) {
        for (name, value) in patch.members {
            switch name {
            case "loadBalancer":
                status.loadBalancer.ingress = (value.members["ingress"]?.items ?? []).map { entry in
                    LoadBalancerIngress(
                        ip: entry.members["ip"]?.text ?? "", ipMode: entry.members["ipMode"]?.text)
                }
            case "conditions": status.conditions = value.items.map(condition)
            default: throw Trespass(member: "status.\(name)")
            }
        }
    }

    private static func condition(_ value: JSONValue) -> Condition {
        let members = value.members
        var generation: Int64 = 0
        if case .integer(let number)? = members["observedGeneration"] { generation = number }
        return Condition(
            type: members["type"]?.text ?? "", status: members["status"]?.text ?? "", observedGeneration: generation,
            lastTransitionTime: members["lastTransitionTime"]?.text.flatMap { Timestamp($0) },
            reason: members["reason"]?.text ?? "", message: members["message"]?.text ?? "")
    }
}

extension JSONValue {
    fileprivate var members: [String: JSONValue] {
        guard case .object(let members) = self else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    fileprivate var items: [JSONValue] {
        guard case .array(let items) = self else { return [] }
        return items
    }

    fileprivate var text: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }
}
