import IPAM
import Kubernetes
import LoadBalancing
import NetworkTypes
import Testing

@testable import KubernetesSource

@Suite("Reading EndpointSlices")
struct EndpointReadingTests {
    typealias Known = EndpointFacts.Known

    /// Conditions of an endpoint on node a, and what they mean.
    static let states: [(String, Known)] = [
        ("", Known(readyNodes: ["a"])),
        (#""ready":true"#, Known(readyNodes: ["a"])),
        (#""ready":false"#, Known()),
        (#""ready":null,"serving":null,"terminating":null"#, Known(readyNodes: ["a"])),
        (#""ready":false,"serving":true"#, Known()),
        (#""ready":false,"serving":true,"terminating":true"#, Known(terminatingNodes: ["a"])),
        (#""ready":false,"serving":false,"terminating":true"#, Known()),
        (#""ready":false,"terminating":true"#, Known()),
        (#""ready":true,"serving":true,"terminating":true"#, Known(readyNodes: ["a"])),
    ]

    @Test("the conditions of an endpoint", arguments: states)
    func conditions(_ conditions: String, _ known: Known) throws {
        let slice = try #require(SliceFacts(Objects.slice("s", Objects.endpoint("a", conditions))))
        let facts = EndpointReading.facts(of: [slice], families: [.ipv4], publishesNotReady: false)
        #expect(facts == .known(known))
    }

    @Test("a Service that publishes endpoints that are not ready counts them all")
    func publishing() throws {
        let slice = try #require(SliceFacts(Objects.slice("s", Objects.endpoint("a", #""ready":false"#))))
        let facts = EndpointReading.facts(of: [slice], families: [.ipv4], publishesNotReady: true)
        #expect(facts == .known(Known(readyNodes: ["a"])))
    }

    @Test("slices are merged in any order, with duplicates, nodes not named, and other families left out")
    func merging() throws {
        let slices = try [
            Objects.slice("1", Objects.endpoint("a"), Objects.endpoint("a"), Objects.endpoint("b", #""ready":false"#)),
            Objects.slice("2", Objects.endpoint("a"), Objects.endpoint(nil), Objects.endpoint("b")),
            Objects.slice("3", type: "IPv6", Objects.endpoint("c")),
            Objects.slice("4", type: "FQDN", Objects.endpoint("d")),
        ].compactMap(SliceFacts.init)
        let expected = EndpointFacts.known(Known(readyNodes: ["a", "b"], hasReadyElsewhere: true))
        for order in [slices, slices.reversed()] {
            #expect(EndpointReading.facts(of: order, families: [.ipv4], publishesNotReady: false) == expected)
        }
        let dual = EndpointReading.facts(of: slices, families: [.ipv4, .ipv6], publishesNotReady: false)
        #expect(dual == .known(Known(readyNodes: ["a", "b", "c"], hasReadyElsewhere: true)))
    }

    @Test("a slice of no Service is none")
    func orphan() throws {
        #expect(try SliceFacts(Objects.slice(service: nil, Objects.endpoint("a"))) == nil)
        #expect(try SliceFacts(Objects.slice(service: "", Objects.endpoint("a"))) == nil)
    }
}

@Suite("Reading Services")
struct ServiceReadingTests {
    @Test("what concerns load balancing is taken, and nothing else")
    func fields() throws {
        let object = try Objects.service(
            metadata: #""labels":{"app":"web"},"annotations":{"herald-lb.io/pool":"edge","example.com/x":"y"}"#,
            spec: """
                "loadBalancerClass":"herald-lb.io/herald","loadBalancerIP":"192.0.2.1","selector":{"app":"web"},
                "ipFamilyPolicy":"PreferDualStack","externalTrafficPolicy":"Local"
                """)
        let service = ServiceReading.service(ServiceReading.trimmed(object), endpoints: .unknown)
        #expect(service.key == Objects.key)
        #expect(service.uid == "u1")
        #expect(service.generation == 1)
        #expect(service.createdAt == 1_767_225_600)
        #expect(service.isLoadBalancer && !service.isDeleting)
        #expect(service.loadBalancerClass == "herald-lb.io/herald")
        #expect(service.loadBalancerIP == "192.0.2.1")
        #expect(service.annotations == ["herald-lb.io/pool": "edge"])
        #expect(service.labels == ["app": "web"])
        #expect(service.ipFamilies == [.ipv4])
        #expect(service.familyPolicy == .preferDualStack)
        #expect(service.trafficPolicy == .local)
        #expect(service.ports.map(\.claim) == [PortClaim(.tcp, 80)])
    }

    @Test("no ports, a thousand ports, and protocols and families from the future")
    func oddPorts() throws {
        let none: Kubernetes.Service = try Objects.decode(#"{"metadata":{"name":"a","namespace":"b"},"spec":{}}"#)
        #expect(ServiceReading.service(none, endpoints: .unknown).ports.isEmpty)
        #expect(!ServiceReading.service(none, endpoints: .unknown).isLoadBalancer)
        let many = (1...1000).map { #"{"name":"p\#($0)","protocol":"SCTP","port":\#($0)}"# }.joined(separator: ",")
        let odd: Kubernetes.Service = try Objects.decode(
            """
            {"metadata":{"name":"a","namespace":"b"},"spec":{"ipFamilies":["IPv9","IPv6"],"ipFamilyPolicy":"Triple",
            "externalTrafficPolicy":"Far","ports":[{"protocol":"QUIC","port":1},\(many)]}}
            """)
        let service = ServiceReading.service(odd, endpoints: .unknown)
        #expect(service.ports.count == 1000)
        #expect(service.ports.first?.claim == PortClaim(.sctp, 1))
        #expect(service.ipFamilies == [.ipv6])
        #expect(service.familyPolicy == .singleStack)
        #expect(service.trafficPolicy == .cluster)
    }

    @Test("a status is input only where herald wrote it")
    func status() throws {
        let ingress = #"{"ip":"192.0.2.1","ipMode":"VIP"},{"hostname":"x"},{"ip":"bad"}"#
        let foreign = try Objects.service(ingress: ingress, conditions: Objects.others)
        #expect(ServiceReading.writtenIngress(of: foreign).isEmpty)
        let ours = try Objects.service(ingress: ingress, conditions: Objects.others + "," + Objects.ours)
        #expect(ServiceReading.writtenIngress(of: ours) == [Objects.address("192.0.2.1")])
    }

    @Test("a record is confirmed by the condition that names the address, while it is true", arguments: [true, false])
    func confirmation(isTrue: Bool) throws {
        let status = isTrue ? "True" : "False"
        let condition =
            #"{"type":"herald-lb.io/Allocated","status":"\#(status)","reason":"R","#
            + #""message":"has 192.0.2.1, 2001:db8::1; it is so","lastTransitionTime":"2026-01-01T00:00:00Z"}"#
        let service = ServiceReading.service(try Objects.service(conditions: condition), endpoints: .unknown)
        let addresses = ["192.0.2.1", "2001:db8::1"].map(Objects.address)
        #expect(service.confirmedAddresses == (isTrue ? addresses : []))
        #expect(service.confirms(addresses[0]) == isTrue)
    }

    @Test("an annotation of 256 KB is cut, and still too long to be read")
    func longAnnotation() throws {
        let text = String(repeating: "192.0.2.1,", count: 25_600)
        let object = try Objects.service(metadata: #""annotations":{"herald-lb.io/addresses":"\#(text)"}"#)
        let kept = ServiceReading.trimmed(object).metadata.annotations[Annotation.addresses]
        #expect(kept?.utf8.count == ServiceReading.longestAnnotation)
    }

    /// Spec, whether endpoints are required, whether they are needed.
    static let needing: [(String, Bool, Bool)] = [
        ("", true, true), ("", false, false),
        (#""externalTrafficPolicy":"Local""#, false, true),
        (#""loadBalancerClass":"other/class""#, true, false),
        (#""loadBalancerClass":"herald-lb.io/herald""#, true, true),
    ]

    @Test("which Services need their EndpointSlices", arguments: needing)
    func needs(_ spec: String, _ requireEndpoints: Bool, _ needed: Bool) throws {
        let service = try Objects.service(spec: spec)
        let answer = ServiceReading.needsEndpoints(
            service, claim: ClaimPolicy(), requireEndpoints: requireEndpoints)
        #expect(answer == needed)
    }

    @Test(
        "resource versions are compared only where they are numbers",
        arguments: [
            ("9", "10", true), ("10", "9", false), ("10", "10", false), ("99", "100", true), ("", "1", false),
            ("1", "", false), ("01", "2", false), ("x", "y", false),
            ("18446744073709551616", "18446744073709551617", true),
        ])
    func versions(_ left: String, _ right: String, _ isEarlier: Bool) {
        #expect(ResourceVersionOrder.isEarlier(left, than: right) == isEarlier)
    }
}

@Suite("Reading Nodes")
struct NodeReadingTests {
    @Test("everything that decides about a node is taken")
    func node() throws {
        let node: Kubernetes.Node = try Objects.decode(
            """
            {"metadata":{"name":"a","labels":{"x":"y"},"annotations":{"herald-lb.io/drain":"true"},
            "deletionTimestamp":"2026-01-01T00:00:00Z"},
            "spec":{"unschedulable":true,"taints":[{"key":"ToBeDeletedByClusterAutoscaler","effect":"NoSchedule"}]},
            "status":{"addresses":[{"type":"InternalIP","address":"192.0.2.1"},{"type":"ExternalIP","address":"2001:db8::1"},
            {"type":"Hostname","address":"192.0.2.9"},{"type":"InternalIP","address":"bad"}],
            "conditions":[{"type":"NetworkUnavailable","status":"True"},
            {"type":"Ready","status":"Unknown","lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
            """)
        let facts = NodeReading.facts(of: node)
        #expect(facts.name == "a")
        #expect(facts.addresses == Set(["192.0.2.1", "2001:db8::1", "192.0.2.9"].map(Objects.address)))
        #expect(facts.internalAddresses == [Objects.address("192.0.2.1")])
        #expect(facts.isDraining && facts.isDeleting && facts.isNetworkUnavailable && facts.isToBeDeletedByAutoscaler)
        #expect(facts.readiness == .notReady(since: 1_767_225_600))
    }

    static let addresses: [(String, [String])] = [
        ("", []),
        (#"{"type":"Hostname","address":"node-1"}"#, []),
        (#"{"type":"Hostname","address":"192.0.2.9"}"#, ["192.0.2.9"]),
        (#"{"type":"Hostname","address":"192.0.2.9"},{"type":"ExternalIP","address":"2001:db8::1"}"#, ["2001:db8::1"]),
        (
            #"{"type":"InternalIP","address":"fd00::1"},{"type":"InternalIP","address":"fd00::2"}"#,
            ["fd00::1", "fd00::2"]
        ),
        (#"{"type":"InternalIP","address":"::ffff:192.0.2.1"},{"type":"InternalIP","address":"192.0.2.01"}"#, []),
        (#"{"type":"InternalDNS","address":"192.0.2.1"}"#, []),
    ]

    @Test("a node is reached under internal addresses, else external ones, else its name", arguments: addresses)
    func reachable(_ addresses: String, _ expected: [String]) throws {
        let node: Kubernetes.Node = try Objects.decode(
            #"{"metadata":{"name":"a"},"status":{"addresses":[\#(addresses)]}}"#)
        #expect(NodeReading.facts(of: node).internalAddresses == expected.map(Objects.address))
    }

    @Test("a cordoned node without anything else is whole")
    func cordoned() throws {
        let node: Kubernetes.Node = try Objects.decode(#"{"metadata":{"name":"a"},"spec":{"unschedulable":true}}"#)
        #expect(NodeReading.facts(of: node) == NodeFacts(name: "a"))
    }
}
