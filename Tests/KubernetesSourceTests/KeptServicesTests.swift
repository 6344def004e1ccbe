import IPAM
import Kubernetes
import LoadBalancing
import Testing

@testable import KubernetesSource

@Suite("Services as they are kept")
struct KeptServicesTests {
    private static let foreign =
        #"{"type":"example.com/Checked","status":"Unknown","reason":"R","message":"m ☃","observedGeneration":-1}"#

    /// Every field that is read, once absent and once not.
    static let objects: [@Sendable () throws -> Kubernetes.Service] = [
        { try Objects.service() },
        { try Objects.service(ingress: #"{"ip":"192.0.2.1","ipMode":"VIP"}"#, conditions: Objects.ours) },
        { try Objects.service(conditions: [Objects.others, Objects.ours, Self.foreign].joined(separator: ",")) },
        {
            try Objects.service(
                metadata: """
                    "labels":{"a":"b","c":""},"annotations":{"herald-lb.io/assigned":"192.0.2.1","x/y":"z"},
                    "finalizers":["service.kubernetes.io/load-balancer-cleanup"],
                    "deletionTimestamp":"2026-01-02T00:00:00Z"
                    """,
                spec: """
                    "loadBalancerClass":"herald-lb.io/herald","loadBalancerIP":"192.0.2.1","selector":{"app":"web"},
                    "clusterIPs":["10.96.0.1","fd00::1"],"ipFamilyPolicy":"PreferDualStack",
                    "externalTrafficPolicy":"Local","publishNotReadyAddresses":true
                    """,
                ingress: """
                    {"hostname":"lb.example","ipMode":"Proxy","ports":[{"port":80,"protocol":"TCP","error":"X/Y"},
                    {"port":53,"protocol":"UDP"}]}
                    """)
        },
        { try Objects.service(spec: #""externalTrafficPolicy":"FromTheFuture","ipFamilyPolicy":"Any""#) },
    ]

    @Test("what is kept of a Service comes back as it was", arguments: objects.indices)
    func roundTrip(index: Int) throws {
        let service = try Self.objects[index]()
        var table = KeptServices()
        table[Objects.key] = service
        #expect(table[Objects.key] == ServiceReading.trimmed(service))
        #expect(Array(table.values) == [ServiceReading.trimmed(service)])
        #expect(table.identity(of: Objects.key)?.uid == "u1")
        #expect(table.identity(of: Objects.key)?.resourceVersion == "10")
        #expect(table.contains(Objects.key))
        #expect(table.remove(Objects.key) == ServiceReading.trimmed(service))
        #expect(!table.contains(Objects.key))
        #expect(table[Objects.key] == nil)
    }

    @Test("nothing that a Service has is left out")
    func completeness() throws {
        // Whoever adds a field packs and unpacks it, and gives it a value above.
        func count(_ value: Any) -> Int { Mirror(reflecting: value).children.count }
        let service = try Objects.service(conditions: Objects.ours)
        let port = PortStatus(port: 1, protocolName: "TCP", error: nil)
        #expect(count(service) == 3 && count(service.metadata) == 10 && count(service.spec) == 10)
        #expect(count(service.status) == 2 && count(service.status.loadBalancer) == 1 && count(port) == 3)
        #expect(service.spec.ports.map(count) == [4])
        #expect(service.status.conditions.map(count) == [6])
        #expect(count(LoadBalancerIngress(ip: "192.0.2.1", ipMode: nil)) == 4)
    }

    @Test("an ordinary Service is kept in 400 octets")
    func budget() throws {
        let condition = Objects.ours.replacing(#""m""#, with: #""192.168.100.200 on eth0 of node node-a""#)
        let service = try Objects.service(
            uid: "a87d6652-b0fd-4eef-bb2d-f99d89361e75", version: "123456",
            metadata: #""labels":{"app":"web"},"annotations":{"herald-lb.io/assigned":"192.168.100.200"}"#,
            spec: #""selector":{"app":"web"},"clusterIPs":["10.96.0.1"],"ipFamilyPolicy":"SingleStack""#,
            ingress: #"{"ip":"192.168.100.200","ipMode":"VIP"}"#,
            conditions: [condition, condition.replacing("Announced", with: "Allocated")].joined(separator: ","))
        var table = KeptServices()
        table[Objects.key] = service
        #expect(table[Objects.key] == service)
        #expect((table.size(of: Objects.key) ?? .max) <= 400)
    }
}
