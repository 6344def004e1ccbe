import Foundation
import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes

@testable import KubernetesSource

/// Objects of the API for tests, from the JSON that a server would send.
enum Objects {
    static func decode<Value: Decodable>(_ json: String) throws -> Value {
        try JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }

    static let key = ServiceKey(namespace: "default", name: "web")
    static let ours =
        #"{"type":"herald-lb.io/Announced","status":"True","reason":"Announced","message":"m","observedGeneration":1,"lastTransitionTime":"2026-01-01T00:00:00Z"}"#
    static let others =
        #"{"type":"example.com/Checked","status":"True","reason":"R","message":"m","lastTransitionTime":"2026-01-01T00:00:00Z"}"#

    /// A Service whose parts are given as JSON members.
    static func service(
        name: String = "web", uid: String = "u1", version: String = "10", metadata: String = "",
        spec: String = "", ingress: String = "", conditions: String = ""
    ) throws -> Kubernetes.Service {
        let metadata = metadata.isEmpty ? "" : "," + metadata
        let spec = spec.isEmpty ? "" : "," + spec
        return try decode(
            """
            {"metadata":{"name":"\(name)","namespace":"default","uid":"\(uid)","resourceVersion":"\(version)",
            "generation":1,"creationTimestamp":"2026-01-01T00:00:00Z"\(metadata)},
            "spec":{"type":"LoadBalancer","ports":[{"port":80}],"ipFamilies":["IPv4"]\(spec)},
            "status":{"loadBalancer":{"ingress":[\(ingress)]},"conditions":[\(conditions)]}}
            """)
    }

    static func slice(
        _ name: String = "web-1", service: String? = "web", type: String = "IPv4", _ endpoints: String...
    ) throws -> EndpointSlice {
        let labels = service.map { #","labels":{"kubernetes.io/service-name":"\#($0)"}"# } ?? ""
        let items = endpoints.joined(separator: ",")
        return try decode(
            #"{"metadata":{"name":"\#(name)","namespace":"default"\#(labels)},"addressType":"\#(type)","endpoints":[\#(items)]}"#
        )
    }

    static func endpoint(_ node: String?, _ conditions: String = "") -> String {
        let node = node.map { #","nodeName":"\#($0)""# } ?? ""
        return #"{"addresses":["10.0.0.1"],"conditions":{\#(conditions)}\#(node)}"#
    }

    static func address(_ text: String) -> IPAddress { IPAddress(text) ?? IPAddress(ipv4: 0) }
}

extension JSONValue {
    var text: String { String(decoding: octets, as: UTF8.self) }
}
