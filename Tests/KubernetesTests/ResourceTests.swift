import Testing

@testable import Kubernetes

@Suite("Resources as a real server sends them")
struct ResourceTests {
    @Test("a list of Services")
    func services() throws {
        let page = try JSON.decode(ListPage<Service>.self, from: Transcript("11").exchanges[0].body)
        #expect(page.unreadable.isEmpty)
        #expect(!page.metadata.resourceVersion.isEmpty)
        let dual = try #require(page.items.first { $0.metadata.name == "web-dual" })
        #expect(dual.metadata.key == ObjectKey(namespace: "lbtest", name: "web-dual"))
        #expect(dual.metadata.uid == "9ca1f513-81b1-41ee-9a92-ab0ca74f61da")
        #expect(dual.spec.type == "LoadBalancer")
        #expect(dual.spec.loadBalancerIP == "10.99.0.210")
        #expect(dual.spec.ipFamilies == ["IPv4", "IPv6"])
        #expect(dual.spec.ipFamilyPolicy == "PreferDualStack")
        #expect(dual.spec.ports.map(\.port) == [80])
        #expect(dual.metadata.creationTimestamp?.time == "2026-11-22T08:25:24Z")
        let local = try #require(page.items.first { $0.metadata.name == "web-local" })
        #expect(local.spec.externalTrafficPolicy == "Local")
        let classed = try #require(page.items.first { $0.metadata.name == "web-class" })
        #expect(classed.spec.loadBalancerClass == "example.com/lb")
    }

    @Test("octets that are no UTF-8 spoil the value they are in, and nothing else")
    func invalidText() throws {
        let text = Array(#"{"metadata":{"name":"web","namespace":"n","annotations":{"a":"x"#.utf8) + [0xFF, 0xC0]
        let line = Array(#"{"type":"ADDED","object":"#.utf8) + text + Array(#"y","b":"z"}},"spec":{}}}"#.utf8)
        let event = try JSON.decode(WatchEvent<Service>.self, from: line)
        guard case .changed(.object(let service)) = event else {
            Issue.record("\(event)")
            return
        }
        #expect(service.metadata.annotations == ["a": "x\u{FFFD}\u{FFFD}y", "b": "z"])
    }

    @Test("statuses with one address, two, ports, and a host name")
    func serviceStatus() throws {
        let services = try Transcript("30").exchanges.map { try JSON.decode(Service.self, from: $0.body) }
        let ingress = services.map(\.status.loadBalancer.ingress)
        #expect(ingress.first == [LoadBalancerIngress(ip: "10.99.0.200", ipMode: "VIP")])
        #expect(ingress.contains { $0.map(\.ip) == ["10.99.0.200", "fd99::200"] || $0.count == 2 })
        #expect(ingress.contains { $0.first?.ports.isEmpty == false })
        #expect(ingress.contains { $0.first?.hostname.isEmpty == false })
        #expect(ingress.last == [])
    }

    @Test("EndpointSlices")
    func endpointSlices() throws {
        let line = try #require(Transcript("2b").exchanges[0].lines.first)
        guard case .changed(.object(let slice)) = try JSON.decode(WatchEvent<EndpointSlice>.self, from: line) else {
            Issue.record("not an added slice")
            return
        }
        #expect(slice.serviceName == "web")
        #expect(slice.addressType == "IPv4")
        #expect(slice.endpoints.map(\.isReady) == [true, true, false])
        #expect(slice.endpoints.map(\.nodeName) == ["tnode1", "tnode2", "tnode1"])
        #expect(slice.endpoints.map(\.addresses).first == ["10.244.1.2"])
    }

    @Test("endpoint conditions that are not told")
    func endpointDefaults() throws {
        func read(_ text: String) throws -> Endpoint { try JSON.decode(Endpoint.self, from: Array(text.utf8)) }
        let bare = try read("{}")
        #expect(bare.isReady && bare.isServing && !bare.isTerminating && bare.nodeName == nil)
        let unready = try read(#"{"conditions":{"ready":false,"terminating":null}}"#)
        #expect(!unready.isReady && !unready.isServing && !unready.isTerminating)
        let leaving = try read(#"{"conditions":{"ready":false,"serving":true,"terminating":true}}"#)
        #expect(!leaving.isReady && leaving.isServing && leaving.isTerminating)
    }

    @Test("Nodes")
    func nodes() throws {
        let page = try JSON.decode(ListPage<Node>.self, from: Transcript("51").exchanges[0].body)
        #expect(page.unreadable.isEmpty)
        let node = try #require(page.items.first)
        #expect(node.metadata.key == ObjectKey(name: "tnode1"))
        #expect(node.conditions.first { $0.type == "Ready" }?.status == "True")
        #expect(node.addresses.map(\.address) == ["10.99.0.11", "fd99::b", "tnode1"])
        #expect(node.taints.isEmpty && !node.isUnschedulable)
    }

    @Test("Leases, written as they are read")
    func leases() throws {
        let lease = try JSON.decode(Lease.self, from: Transcript("40").exchanges[0].body)
        #expect(lease.spec.holder == "tnode1")
        #expect(lease.spec.durationSeconds == 15)
        #expect(lease.spec.renewTime?.microTime == "2026-01-01T00:00:05.000000Z")
        let again = try JSON.decode(LeaseRecord.self, from: lease.spec.json.octets)
        #expect(again == lease.spec)
    }

    @Test("one object that cannot be read spoils no other")
    func lossy() throws {
        let text = #"""
            {"metadata":{"resourceVersion":"7"},"items":[
              {"metadata":{"name":"good","namespace":"a"}},
              {"metadata":{"name":"bad","namespace":"a"},"spec":{"ports":[{"port":70000}]}},
              {"metadata":{"name":"worse","namespace":"a"},"spec":[]},
              {"metadata":null}, null, 7, "x",
              {"metadata":{"name":"odd","namespace":"a","labels":null,"future":[{}]},"spec":null,"status":null}
            ]}
            """#
        let page = try JSON.decode(ListPage<Service>.self, from: Array(text.utf8))
        #expect(page.items.map(\.metadata.name) == ["good", "odd"])
        #expect(page.unreadable.count == 6)
        #expect(page.unreadable[0].key == ObjectKey(namespace: "a", name: "bad"))
        #expect(page.unreadable[0].description.contains("70000"))
        #expect(page.unreadable[2].key == nil)
        #expect(try JSON.decode(ListPage<Service>.self, from: Array(#"{"metadata":{},"items":null}"#.utf8)).items == [])
    }

    @Test("every failure's Status", arguments: ["14", "32", "37", "40", "60", "61", "80", "90", "92", "a1"])
    func statuses(number: String) throws {
        for exchange in try Transcript(number).exchanges where exchange.status >= 400 {
            guard exchange.body.first == UInt8(ascii: "{") else { continue }
            let status = try JSON.decode(Status.self, from: exchange.body)
            #expect(status.code == exchange.status)
            #expect(!status.message.isEmpty)
        }
    }

    @Test("what a Status says besides its code")
    func statusDetails() throws {
        let future = try JSON.decode(Status.self, from: Transcript("29").exchanges[1].body)
        #expect(future.isFromTheFuture)
        #expect(future.retryAfter == .seconds(1))
        let expired = try JSON.decode(Status.self, from: Transcript("92").exchanges[0].body)
        #expect(expired.isExpired)
        #expect(!expired.continueToken.isEmpty)
        let conflict = try #require(Transcript("37").exchanges.first { $0.status == 409 })
        let causes = try JSON.decode(Status.self, from: conflict.body).causes
        #expect(causes.map(\.reason) == ["FieldManagerConflict"])
        #expect(causes.map(\.field) == [".status.loadBalancer.ingress"])
    }

    @Test(
        "a role could cure only a 403 that is about a permission",
        arguments: [
            (#"services \"web\" is forbidden: User \"u\" cannot patch resource \"services\" in API group \"\""#, true),
            ("Forbidden", true),
            (#"admission webhook \"policy.example.com\" denied the request: no"#, false),
            (#"services \"web\" is forbidden: ValidatingAdmissionPolicy 'p' denied request: no"#, false),
            (#"secrets \"k\" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=1"#, false),
        ])
    func permissions(message: String, isPermission: Bool) throws {
        let body = #"{"kind":"Status","code":403,"reason":"Forbidden","message":"\#(message)"}"#
        let status = try JSON.decode(Status.self, from: Array(body.utf8))
        #expect(status.isAboutPermission == isPermission)
        let error = APIError(
            .init(verb: "patch", resource: "services", group: "", namespace: "a", name: "web"), .status(status))
        #expect(error.isForbidden == isPermission)
        #expect(error.description.contains("grant 'patch' on 'services'") == isPermission)
        #expect(error.description.contains(status.message) == !isPermission)
    }

    @Test("a webhook that fails is no server that is away", arguments: [true, false])
    func webhook(isWebhook: Bool) throws {
        let text =
            isWebhook
            ? #"Internal error occurred: failed calling webhook "v.example.com": connection refused"#
            : "etcdserver: leader changed"
        let status = Status(code: 500, reason: "InternalError", message: text)
        let error = APIError(
            .init(verb: "patch", resource: "services", group: "", namespace: "web", name: "a"), .status(status))
        #expect(error.isAway == !isWebhook)
        #expect(error.description.contains(text))
    }

    @Test(
        "paths",
        arguments: [
            (Service.kind.path(namespace: nil), "/api/v1/services"),
            (Service.kind.path(namespace: "a"), "/api/v1/namespaces/a/services"),
            (
                Service.kind.path(namespace: "a", name: "b", subresource: "status"),
                "/api/v1/namespaces/a/services/b/status"
            ),
            (Node.kind.path(namespace: "a", name: "b"), "/api/v1/nodes/b"),
            (Lease.kind.path(namespace: "a"), "/apis/coordination.k8s.io/v1/namespaces/a/leases"),
            (
                Service.kind.path(namespace: "..", name: "a/b?c#d %"),
                "/api/v1/namespaces/%2E%2E/services/a%2Fb%3Fc%23d%20%25"
            ),
        ])
    func paths(path: String, expected: String) {
        #expect(path == expected)
    }
}
