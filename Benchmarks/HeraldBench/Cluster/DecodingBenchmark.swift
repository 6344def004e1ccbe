import FoundationEssentials
import Kubernetes
import Lab
import NetworkTypes

/// Services as a list brings them: pages of 500.
struct DecodingBenchmark {
    private struct Event: Decodable {
        let type: String
        let object: Service
    }

    private static let runs = 20

    func figures() throws -> [Figure] {
        let page = Self.page
        var rates: [Double] = []
        for _ in 0..<Self.runs {
            let time = try Samples.nanoseconds {
                _ = try JSONDecoder().decode(ListPage<Service>.self, from: Data(page))
            }
            rates.append(Double(page.count) / 1e6 / (time / 1e9))
        }
        let line = Self.service(1)
        let event = Array("{\"type\":\"MODIFIED\",\"object\":".utf8) + Array(line.utf8) + Array("}".utf8)
        var times: [Double] = []
        for _ in 0..<500 {
            times.append(
                try Samples.nanoseconds { _ = try JSONDecoder().decode(Event.self, from: Data(event)) } / 1e3)
        }
        return [
            Figure("JSON of a page of 500 Services decoded", "MB/s", rates),
            Figure("JSON of a watch event decoded", "µs", times),
        ]
    }

    private static let page: [UInt8] = {
        let items = (0..<500).map(service).joined(separator: ",")
        return Array(
            #"{"kind":"ServiceList","apiVersion":"v1","metadata":{"resourceVersion":"9"},"items":[\#(items)]}"#.utf8)
    }()

    /// With managedFields, which make up most of what a real server sends.
    private static func service(_ number: Int) -> String {
        """
        {"kind":"Service","apiVersion":"v1","metadata":{"name":"web-\(number)","namespace":"lbtest",\
        "uid":"a87d6652-b0fd-4eef-bb2d-f99d89361e75","resourceVersion":"\(number + 300)",\
        "creationTimestamp":"2026-11-22T08:25:23Z","labels":{"app":"web"},\
        "annotations":{"herald-lb.io/assigned":"10.0.1.100"},"managedFields":[{"manager":"kubectl-create",\
        "operation":"Update","apiVersion":"v1","time":"2026-11-22T08:25:23Z","fieldsType":"FieldsV1","fieldsV1":\
        {"f:metadata":{"f:labels":{".":{},"f:app":{}}},"f:spec":{"f:allocateLoadBalancerNodePorts":{},\
        "f:externalTrafficPolicy":{},"f:internalTrafficPolicy":{},"f:ports":{".":{},\
        "k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:name":{},"f:port":{},"f:protocol":{},\
        "f:targetPort":{}}},"f:selector":{},"f:sessionAffinity":{},"f:type":{}}}}]},"spec":{"ports":[{"name":"http",\
        "protocol":"TCP","port":80,"targetPort":8080,"nodePort":31699}],"selector":{"app":"web"},\
        "clusterIP":"10.96.34.157","clusterIPs":["10.96.34.157"],"type":"LoadBalancer","sessionAffinity":"None",\
        "externalTrafficPolicy":"Cluster","ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack",\
        "allocateLoadBalancerNodePorts":true,"internalTrafficPolicy":"Cluster"},"status":{"loadBalancer":{"ingress":\
        [{"ip":"10.0.1.100","ipMode":"VIP"}]},"conditions":[{"type":"herald-lb.io/Announced","status":"True",\
        "lastTransitionTime":"2026-11-22T08:25:23Z","reason":"Announced","message":"10.0.1.100 on eth0 of node n"}]}}
        """
    }
}
