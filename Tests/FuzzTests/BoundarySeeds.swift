import AddressResolution
import FoundationEssentials
import IPAM
import LoadBalancing
import NetworkTypes

@testable import KubernetesSource

/// Well-formed texts from outside, and who takes them.
enum BoundarySeeds {
    static let addresses = ["192.0.2.1", "2001:db8::1"].compactMap { IPAddress($0) }
    static let station = Station(hardwareAddress: MACAddress(number: 0x0200_0000_0001))
    static let key = ServiceKey(namespace: "web", name: "shop")

    static let settings: PlannerSettings = {
        let range = addresses.first.flatMap { AddressRange(first: $0, last: IPAddress(ipv4: 0xC000_0210)) }
        return PlannerSettings(
            node: "n1", mode: .arp, pools: [.init(pool: Pool(name: "edge", ranges: [range].compactMap(\.self)))])
    }()

    // MARK: - Texts

    private static func octets(_ texts: [String]) -> [[UInt8]] { texts.map { Array($0.utf8) } }

    static let texts = octets([
        "a: [1, 2, {b: \"\\u0041\"}]\n---\n- &x y\n- *x\n- |\n  text\n", "? k\n: v\n# comment\n'q': ~\n", "{}",
    ])

    static let configurations = octets([
        "mode: arp\npools:\n  - name: edge\n    addresses: [192.168.10.240/28, \"fd00::/120\"]\n",
        """
        mode: bgp
        pools:
          - {name: edge, addresses: [10.0.0.1-10.0.0.9], order: hashed, quarantine: 5s, namespaces: [web]}
        membership: {interval: 50ms, missed: 3}
        bgp:
          asn: 64512
          peers: [{name: a, address: 192.0.2.1, asn: 64500, holdTime: 9s, bfd: true, ttlSecurity: true}]
          advertisements: [{pools: [edge], communities: ["64512:100"], localPreference: 200, peers: [a]}]

        """,
    ])

    static let manifests = octets([
        """
        apiVersion: v1
        kind: Service
        metadata: {name: shop, namespace: web, annotations: {herald-lb.io/pool: edge}}
        spec: {type: LoadBalancer, ports: [{name: http, port: 80, protocol: TCP}], ipFamilies: [IPv4]}
        ---
        {"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Service",
         "metadata": {"name": "b"}, "spec": {"type": "LoadBalancer", "ports": [{"port": 1}]}}]}

        """
    ])

    static let requests = octets([
        "/readyz?verbose\nlocalhost:9817", "/explain?subject=web%2Fshop\n[::1]:9817",
        "/explain?json&subject=192.0.2.1\n127.0.0.1:80", "/bgp/routes\nexample.com", "/metrics\n127.0.0.1",
    ])

    /// What `operations.tokenFile` holds.
    static let token = "0123456789abcdef0123456789abcdef"

    /// The target of a request, and each `Authorization` that it has, on a line of its own.
    static let accesses: [[UInt8]] = {
        let basic = Data("anyone:\(token)".utf8).base64EncodedString()
        return octets([
            "/metrics\nBearer \(token)", "/explain?subject=web%2Fshop\nbasic \(basic)", "/readyz", "/readyz?verbose",
            "/livez\nBearer x", "/metrics\nBearer x\nBearer \(token)", "/metrics\nBasic ====",
        ])
    }()

    /// Files of a membership key or a token: one, two with a remark, one with blanks, and one too short.
    static let keys = octets([
        "\(token)\n", "# while we change\nthe old key of many octets\n\n  the new key of many octets  \r\n",
        "0123456789 abcdef", "short\n",
    ])

    /// Heads of answers: one of an API server, interim ones before another, a folded line, trailers, HTTP/2, and none.
    static let heads = octets([
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nAudit-Id: a:b\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </>\r\n\r\nHTTP/1.0 429 Too Many\r\n"
            + "Retry-After: 1\r\nX: a\r\n b\r\n\r\n",
        "HTTP/2 410 \r\nretry-after: 3\r\n\r\nx-trailer: y\r\n\r\n", "HTTP/3 204\n\n",
        "HTTP/1.1 20 OK\r\n\r\n",
    ])

    // MARK: - The API

    private static let service = """
        {"metadata":{"name":"shop","namespace":"web","uid":"u1","resourceVersion":"10","generation":2,\
        "creationTimestamp":"2026-01-01T00:00:00Z","labels":{"a":"b"},"finalizers":["x"],\
        "annotations":{"herald-lb.io/assigned":"192.0.2.1","herald-lb.io/share":"k"}},\
        "spec":{"type":"LoadBalancer","ports":[{"name":"p","port":80,"protocol":"TCP","targetPort":"http"}],\
        "ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack","clusterIPs":["10.0.0.1"],"loadBalancerIP":"192.0.2.1"},\
        "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1","ipMode":"VIP"}]},"conditions":[\
        {"type":"herald-lb.io/Announced","status":"True","reason":"R","message":"m",\
        "lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
        """
    private static let slice = """
        {"metadata":{"name":"s","namespace":"web","labels":{"kubernetes.io/service-name":"shop"}},\
        "addressType":"IPv4","endpoints":[{"addresses":["10.1.0.1"],"nodeName":"n1",\
        "conditions":{"ready":true,"serving":true,"terminating":false}}]}
        """
    private static let node = """
        {"metadata":{"name":"n1"},"spec":{"taints":[{"key":"k"}]},"status":{"addresses":[\
        {"type":"InternalIP","address":"192.0.2.9"}],"conditions":[{"type":"Ready","status":"False",\
        "lastTransitionTime":"2026-01-01T00:00:00Z"}]}}
        """

    static let lists = octets(
        [service, slice, node].map {
            #"{"metadata":{"resourceVersion":"5","continue":""},"items":[\#($0)]}"#
        })

    static let streams = octets([
        "~{\"type\":\"ADDED\",\"object\":\(service)}\n{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":"
            + "{\"resourceVersion\":\"11\",\"annotations\":{\"k8s.io/initial-events-end\":\"true\"}}}}\n"
            + "{\"type\":\"DELETED\",\"object\":\(service)}\n{\"type\":\"ERROR\",\"object\":\(gone)}\n"
    ])

    private static let gone =
        #"{"kind":"Status","code":410,"reason":"Expired","message":"too old","details":{"retryAfterSeconds":1,"causes":[{"reason":"r","field":"metadata.uid"}]}}"#

    static let statuses = octets([gone])

    static let leases = octets([
        """
        {"metadata":{"name":"l","resourceVersion":"3"},"spec":{"holderIdentity":"b","leaseDurationSeconds":15,\
        "acquireTime":"2026-01-01T00:00:00.000000Z","renewTime":"2026-01-01T00:00:01.5Z","leaseTransitions":1}}
        """
    ])

    static let kubeconfigs = octets([
        """
        apiVersion: v1
        clusters: [{name: c, cluster: {server: "https://192.0.2.1:6443", certificate-authority-data: YQ==}}]
        users: [{name: u, user: {token: t, exec: {command: c, args: [a], env: [{name: N, value: v}]}}}]
        contexts: [{name: x, context: {cluster: c, user: u, namespace: n}}]
        current-context: x

        """
    ])

    static let credentials = octets([
        """
        {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"t",\
        "expirationTimestamp":"2026-01-01T00:00:00Z","clientCertificateData":"c","clientKeyData":"k"}}
        """
    ])

    static let serviceStates = octets([
        """
        {"apiVersion":"v1","kind":"Service","metadata":{"name":"shop","namespace":"web",\
        "annotations":{"herald-lb.io/assigned":"192.0.2.1"}},"status":{"loadBalancer":{"ingress":[\
        {"ip":"192.0.2.1","ipMode":"VIP"}]},"conditions":[]}}
        """
    ])

    static let stateFiles: [[UInt8]] = {
        var service = LoadBalancerService(key: key)
        service.annotations = [Annotation.assigned: "192.0.2.1"]
        service.ports = [.init(.tcp, 80)]
        service.endpoints = .known(.init(readyNodes: ["n1"]))
        var node = NodeFacts(name: "n1", labels: ["a": "b"], addresses: Set(addresses))
        node.readiness = .notReady(since: 5)
        let state = StateFile(written: 1, server: "192.0.2.1:6443", services: [service], nodes: [node])
        return [(try? state.octets()) ?? []]
    }()
}
