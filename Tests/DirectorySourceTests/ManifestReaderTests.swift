import Configuration
import IPAM
import LoadBalancing
import NetworkTypes
import Testing
import YAML

@testable import DirectorySource

struct ManifestReaderTests {
    private func read(_ text: String) -> Manifest { ManifestReader.read(Array(text.utf8), file: "f") }

    private func keys(_ manifest: Manifest) -> [String] { manifest.services.map(\.service.key.description) }

    @Test("a Service is read with all that concerns load balancing")
    func complete() throws {
        let manifest = read(
            """
            apiVersion: v1
            kind: Service
            metadata:
              name: web
              namespace: shop
              uid: 6f1c
              creationTimestamp: null
              labels: {app: web, "1": ""}
              annotations:
                herald-lb.io/addresses: 10.0.0.1
                example.com/note: "5"
            spec:
              type: LoadBalancer
              loadBalancerClass: herald-lb.io/herald
              loadBalancerIP: 10.0.0.1
              ipFamilyPolicy: PreferDualStack
              ipFamilies: [IPv6, IPv4]
              externalTrafficPolicy: Local
              sessionAffinity: ClientIP
              allocateLoadBalancerNodePorts: false
              loadBalancerSourceRanges: [10.0.0.0/8, " fd00::/8 "]
              selector: {app: web}
              somethingNew: {a: [b]}
              ports:
                - {name: http, port: 80, targetPort: http, nodePort: 30080, appProtocol: kubernetes.io/h2c}
                - {name: dns, port: 53, protocol: UDP, targetPort: 5353}
            status: {loadBalancer: {}}
            """)
        #expect(manifest.problems.problems.isEmpty)
        var expected = LoadBalancerService(key: ServiceKey(namespace: "shop", name: "web"))
        expected.uid = "6f1c"
        expected.labels = ["app": "web", "1": ""]
        expected.annotations = ["herald-lb.io/addresses": "10.0.0.1"]
        expected.loadBalancerClass = "herald-lb.io/herald"
        expected.loadBalancerIP = "10.0.0.1"
        expected.familyPolicy = .preferDualStack
        expected.ipFamilies = [.ipv6, .ipv4]
        expected.trafficPolicy = .local
        expected.selector = ["app": "web"]
        expected.ports = [.init(name: "http", .tcp, 80, nodePort: 30_080), .init(name: "dns", .udp, 53)]
        #expect(manifest.services.map(\.service) == [expected])
    }

    @Test("what is left out has Kubernetes' defaults")
    func defaults() {
        let text = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n"
        var expected = LoadBalancerService(key: ServiceKey(namespace: "default", name: "a"))
        expected.isLoadBalancer = false
        expected.ports = [.init(.tcp, 80)]
        #expect(read(text).services.map(\.service) == [expected])
        let dual = text.replacing("{ports", with: "{ipFamilies: [IPv4, IPv6], ports")
        #expect(read(dual).services.map(\.service.familyPolicy) == [.requireDualStack])
    }

    @Test("a file may hold several Services, lists of them, and other things")
    func several() {
        let manifest = read(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: a}
            ---
            ---
            apiVersion: apps/v1
            kind: Deployment
            ---
            apiVersion: v1
            kind: List
            items:
              - &b {apiVersion: v1, kind: Service, metadata: {name: b}, spec: &spec {ports: [{port: 1}]}}
              - {apiVersion: v1, kind: ConfigMap}
              - {apiVersion: serving.knative.dev/v1, kind: Service, metadata: {name: x}}
            ---
            {"apiVersion": "v1", "kind": "ServiceList", "items": [{"metadata": {"name": "c"}}]}
            """)
        #expect(manifest.problems.problems.isEmpty)
        #expect(manifest.isComplete)
        #expect(keys(manifest) == ["default/a", "default/b", "default/c"])
        #expect(manifest.services.map(\.mark.line) == [1, 12, 16])
        #expect(manifest.ignored.map(\.kind) == ["'Deployment'", "'ConfigMap'", "'Service'"])
    }

    @Test("JSON as kubectl writes it is read")
    func json() {
        let text =
            "{\n\t\"apiVersion\": \"v1\",\n\t\"kind\": \"Service\",\n\t\"metadata\": {\"name\": \"a\", "
            + #""annotations": {"herald-lb.io/pool": "\ud83d\ude00 \/"}}}"#
        #expect(read(text).services.map(\.service.annotations) == [["herald-lb.io/pool": "😀 /"]])
    }

    @Test("aliases stand for what they name")
    func aliases() {
        let manifest = read(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: &n a, labels: {app: *n}}
            """)
        #expect(manifest.services.map(\.service.labels) == [["app": "a"]])
    }

    @Test("an error costs only the Service or document that has it")
    func isolation() {
        let manifest = read(
            """
            apiVersion: v1
            kind: Service
            metadata: {name: a}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: b}
            spec: {ports: [{port: 0}]}
            ---
            kind: Service
            metadata: {name: [
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: c, name: c}
            ---
            apiVersion: v1
            kind: Service
            metadata: {name: d}
            """)
        #expect(keys(manifest) == ["default/a", "default/d"])
        #expect(
            manifest.refused == [
                ServiceKey(namespace: "default", name: "b"), ServiceKey(namespace: "default", name: "c"),
            ])
        #expect(!manifest.isComplete)
        #expect(manifest.problems.problems.map(\.line) == [8, 12, 15])
    }

    @Test("a Service written twice counts once")
    func twice() {
        let one = "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
        let manifest = read(one + "---\n" + one)
        #expect(keys(manifest) == ["default/a"])
        #expect(
            manifest.problems.description
                == "f:5:1: error: the Service default/a is written twice, first at line 1, column 1; keep one of them")
    }

    @Test(
        "a field that Kubernetes would refuse is told with its place",
        arguments: [
            ("metadata: {}", "3:11: 'metadata.name' is missing"),
            ("metadata: 5", "3:11: 'metadata' must be a mapping"),
            ("metadata: {name: 5}", "3:18: 'metadata.name' must be text, and '5' without quotes is not"),
            ("metadata: {name: A_b}", "3:18: 'metadata.name' is not a DNS label: 'A_b'"),
            ("metadata: {name: a, namespace: '-'}", "3:32: 'metadata.namespace' is not a DNS label: '-'"),
            (
                "metadata: {name: a, labels: {a: true}}",
                "3:33: 'metadata.labels.a' must be text, and 'true' without quotes is not"
            ),
            ("metadata: {name: a, annotations: [a]}", "3:34: 'metadata.annotations' must be a mapping"),
        ])
    func metadata(metadata: String, expected: String) {
        #expect(problems("apiVersion: v1\nkind: Service\n\(metadata)\n") == [expected])
    }

    @Test(
        "a spec that Kubernetes would refuse is told with its place",
        arguments: [
            ("[]", "4:7: 'spec' must be a mapping"),
            ("{type: Loadbalancer}", "4:14: 'spec.type' cannot be 'Loadbalancer'"),
            ("{type: LoadBalancer}", "4:7: 'spec.ports' is missing"),
            ("{ports: {port: 80}}", "4:15: 'spec.ports' must be a list"),
            ("{ports: [{}]}", "4:16: 'spec.ports[0].port' is missing"),
            ("{ports: [{port: '80'}]}", "4:23: 'spec.ports[0].port' must be a whole number from 1 to 65535, not '80'"),
            (
                "{ports: [{port: 65536}]}",
                "4:23: 'spec.ports[0].port' must be a whole number from 1 to 65535, not '65536'"
            ),
            ("{ports: [{port: -1}]}", "4:23: 'spec.ports[0].port' must be a whole number from 1 to 65535, not '-1'"),
            ("{ports: [{port: 1, protocol: tcp}]}", "4:36: 'spec.ports[0].protocol' cannot be 'tcp'"),
            (
                "{ports: [{port: 1, targetPort: 0}]}",
                "4:38: 'spec.ports[0].targetPort' must be a whole number from 1 to 65535, not '0'"
            ),
            ("{ports: [{port: 1, name: a}, {port: 2}]}", "4:36: 'spec.ports[1].name' is missing"),
            (
                "{ports: [{port: 1, name: a}, {port: 1, name: b}]}",
                "4:36: 'spec.ports[1]' repeats the number and protocol of another port"
            ),
            (
                "{ports: [{port: 1, name: a}, {port: 2, name: a}]}",
                "4:36: 'spec.ports[1]' repeats the name of another port"
            ),
            (
                "{ports: [{port: 1, name: a, nodePort: 30000}, {port: 2, name: b, nodePort: 30000}]}",
                "4:53: 'spec.ports[1]' repeats the nodePort of another port"
            ),
            ("{loadBalancerClass: x}", "4:27: 'spec.loadBalancerClass' needs the type LoadBalancer"),
            ("{ipFamilies: [ipv4]}", "4:21: 'spec.ipFamilies[0]' cannot be 'ipv4'"),
            ("{ipFamilies: [IPv4, IPv4]}", "4:27: 'spec.ipFamilies' may name each family once"),
            ("{ipFamilies: [IPv4, IPv6, IPv4]}", "4:27: 'spec.ipFamilies' may name each family once"),
            (
                "{ipFamilies: [IPv4, IPv6], ipFamilyPolicy: SingleStack}",
                "4:27: 'spec.ipFamilies' may name one family only when 'spec.ipFamilyPolicy' is SingleStack"
            ),
            ("{externalTrafficPolicy: local}", "4:31: 'spec.externalTrafficPolicy' cannot be 'local'"),
            ("{sessionAffinity: Client}", "4:25: 'spec.sessionAffinity' cannot be 'Client'"),
            ("{allocateLoadBalancerNodePorts: no}", "4:39: 'spec.allocateLoadBalancerNodePorts' must be true or false"),
            (
                "{loadBalancerSourceRanges: [10.0.0.0/8, 10.0.0.1 x]}",
                "4:47: 'spec.loadBalancerSourceRanges[1]' is not a CIDR block: '10.0.0.1 x'"
            ),
            ("{loadBalancerIP: 5}", "4:24: 'spec.loadBalancerIP' must be text, and '5' without quotes is not"),
        ])
    func spec(spec: String, expected: String) {
        #expect(problems("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: \(spec)\n") == [expected])
    }

    @Test(
        "what is no object at all makes the file incomplete",
        arguments: [
            "5", "[]", "{kind: Service, metadata: {name: a}}", "{apiVersion: v1}",
            "{apiVersion: v1, kind: List, items: 5}",
        ])
    func noObject(text: String) {
        let manifest = read(text)
        #expect(!manifest.isComplete)
        #expect(manifest.problems.problems.contains { $0.severity == .error })
        #expect(manifest.services.isEmpty)
    }

    private func problems(_ text: String) -> [String] {
        let manifest = read(text)
        #expect(manifest.services.isEmpty)
        return manifest.problems.problems.map { "\($0.line):\($0.column): \($0.what)" }
    }

    @Test("every beginning and random changes of a file are read or refused", arguments: 0..<4 as Range<UInt64>)
    func hostile(seed: UInt64) {
        let text = """
            apiVersion: v1
            kind: List
            items:
            - {apiVersion: v1, kind: Service, metadata: &m {name: web, labels: {a: b}}, spec: {type: LoadBalancer,
               ports: [{name: a, port: 80, targetPort: 1}, {name: b, port: 443, nodePort: 30000}],
               ipFamilies: [IPv4, IPv6], loadBalancerSourceRanges: [10.0.0.0/8], selector: {x: y}}}
            - {apiVersion: v1, kind: Service, metadata: *m}
            """
        let bytes = Array(text.utf8)
        if seed == 0 {
            for length in 0...bytes.count { _ = ManifestReader.read(Array(bytes[..<length]), file: "f") }
        }
        var state = seed &+ 1
        for _ in 0..<500 {
            var changed = bytes
            for _ in 0..<4 {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                changed[Int(state >> 33) % changed.count] = UInt8(truncatingIfNeeded: state >> 24) & 0x7F
            }
            let manifest = ManifestReader.read(changed, file: "f")
            #expect(manifest.services.allSatisfy { !$0.service.key.name.isEmpty })
        }
    }
}
