import IPAM
import LoadBalancing
import NetworkTypes

@testable import Kubernetes

/// Objects of the API as the simulation makes them, from the JSON that a server would send.
enum Objects {
    /// A node with one address; `since` is when it was last ready, nil: now.
    static func node(
        _ name: NodeName, _ address: IPAddress, notReadySince since: Timestamp?, isDrained: Bool
    ) throws -> Kubernetes.Node {
        let drain = isDrained ? #","annotations":{"herald-lb.io/drain":""}"# : ""
        let ready = since.map { #""status":"Unknown","lastTransitionTime":"\#($0.time)""# } ?? #""status":"True""#
        return try decode(
            """
            {"metadata":{"name":"\(name)"\(drain)},"spec":{},
            "status":{"addresses":[{"type":"InternalIP","address":"\(address)"}],
            "conditions":[{"type":"Ready",\(ready)}]}}
            """)
    }

    /// The endpoints of a Service in one family: one on each of `nodes`.
    static func slice(_ key: ServiceKey, _ family: AddressFamily, nodes: [NodeName]) throws -> EndpointSlice {
        let endpoints = nodes.map { #"{"addresses":["10.0.0.1"],"nodeName":"\#($0)"}"# }.joined(separator: ",")
        let name = sliceKey(key, family).name
        return try decode(
            """
            {"metadata":{"name":"\(name)","namespace":"\(key.namespace)",
            "labels":{"kubernetes.io/service-name":"\(key.name)"}},
            "addressType":"\(family.rawValue)","endpoints":[\(endpoints)]}
            """)
    }

    static func sliceKey(_ key: ServiceKey, _ family: AddressFamily) -> ObjectKey {
        ObjectKey(namespace: key.namespace, name: "\(key.name)-\(family.rawValue.lowercased())")
    }

    static func service(_ key: ServiceKey, ports: [UInt16]) -> Kubernetes.Service {
        var service = Kubernetes.Service(metadata: ObjectMeta(name: key.name, namespace: key.namespace))
        service.spec.type = "LoadBalancer"
        service.spec.ipFamilies = ["IPv4"]
        service.spec.ipFamilyPolicy = "SingleStack"
        service.spec.ports = ports.map { ServicePort(name: "p\($0)", port: $0) }
        return service
    }

    private static func decode<Value: Decodable>(_ json: String) throws -> Value {
        try JSON.decode(Value.self, from: Array(json.utf8))
    }
}
