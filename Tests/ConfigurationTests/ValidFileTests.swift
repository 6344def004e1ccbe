import Configuration
import IPAM
import LoadBalancing
import NetworkTypes
import Testing

struct ValidFileTests {
    private func parse(_ text: String, file: String = "herald.yaml") throws(ProblemList) -> ParsedConfiguration {
        try Configuration.parse(Array(text.utf8), file: file)
    }

    @Test("the smallest file gets every default")
    func smallest() throws {
        let parsed = try parse(Fixture.smallest)
        #expect(parsed.warnings.problems.isEmpty)
        let configuration = parsed.configuration
        let ranges = ["192.168.10.240-192.168.10.255", "192.168.10.100-192.168.10.110", "fd00:10::f0-fd00:10::ff"]
        #expect(configuration.pools.map(\.pool.name) == ["edge"])
        #expect(configuration.pools[0].pool.ranges.map(\.description) == ranges)
        var expected = Configuration(mode: .arp, pools: configuration.pools)
        #expect(configuration == expected)
        expected.mode = .none
        #expect(configuration != expected)
        #expect(configuration.source == .kubernetes(KubernetesSettings()))
        #expect(configuration.services.claim == ClaimPolicy(loadBalancerClass: "herald-lb.io/herald", claim: .both))
        #expect(configuration.arp.lifetime == .seconds(5))
        #expect(configuration.arp.refresh == .seconds(2))
        #expect(configuration.log.level == .info)
    }

    @Test("every key is read")
    func complete() throws {
        let parsed = try parse(Fixture.complete, file: "/etc/herald/herald.yaml")
        #expect(parsed.warnings.problems.isEmpty)
        let configuration = parsed.configuration
        #expect(configuration.mode == .none)
        var directory = DirectorySettings(path: "/etc/herald/services")
        directory.stateDirectory = "/var/lib/other"
        directory.namespaces = ["web": ["team": "a"], "db": [:]]
        #expect(configuration.source == .directory(directory))
        #expect(configuration.services.claim == ClaimPolicy(loadBalancerClass: "example.com/own", claim: .own))
        #expect(!configuration.services.requireEndpoints)
        #expect(!configuration.services.writeLoadBalancerIP)
        #expect(configuration.arp.interfaces.map(\.text) == ["ens160", "eth*"])
        #expect(configuration.arp.attach == .link)
        #expect(configuration.arp.lifetime == .seconds(10))
        #expect(configuration.arp.refresh == .milliseconds(4_500))
        #expect(configuration.log.level == .debug)
        #expect(configuration.log.format == .json)
        #expect(configuration.operations.socket == "/run/other.sock")
    }

    @Test("every key of a pool is read")
    func pool() throws {
        let configuration = try parse(Fixture.complete).configuration
        let settings = try #require(configuration.pools.first)
        #expect(settings.mode == .arp)
        #expect(configuration.modes == [.arp, .none])
        var pool = Pool(name: "edge", ranges: settings.pool.ranges)
        pool.autoAssign = false
        pool.order = .hashed
        pool.skipEdgeAddresses = true
        pool.priority = -5
        pool.namespaces = ["web", "db"]
        pool.namespaceSelector = LabelSelector(matchLabels: ["team": "a"])
        pool.serviceSelector = LabelSelector([
            .init(key: "tier", .in(["front"])), .init(key: "stage", .notIn(["test", "lab"])),
            .init(key: "example.com/public", .exists), .init(key: "internal", .doesNotExist),
        ])
        pool.onRemoval = .reassign
        pool.quarantine = .seconds(5_400)
        #expect(settings.pool == pool)
        let planner = configuration.plannerSettings(for: "n1")
        #expect(planner.pools == configuration.pools)
        #expect(planner.node == "n1")
    }

    @Test(
        "addresses are read in all their forms",
        arguments: [
            ("10.0.0.0/31", "10.0.0.0-10.0.0.1"), ("10.0.0.7/32", "10.0.0.7"), ("10.0.0.9", "10.0.0.9"),
            (" 10.0.0.1 - 10.0.0.3 ", "10.0.0.1-10.0.0.3"), ("10.0.0.1-10.0.0.1", "10.0.0.1"),
            ("fd00::1", "fd00::1"), ("fd00::/126", "fd00::-fd00::3"), ("FD00::1 -fd00::2", "fd00::1-fd00::2"),
        ])
    func addresses(text: String, range: String) throws {
        let configuration = try parse("mode: none\npools: [{name: a, addresses: ['\(text)']}]").configuration
        #expect(configuration.pools[0].pool.ranges.map(\.description) == [range])
    }

    @Test("sections without content keep their defaults")
    func emptySections() throws {
        let text = Fixture.smallest + "arp:\nlog: {}\nsource:\n  kubernetes:\nservices: # nothing\n"
        #expect(try parse(text).configuration == parse(Fixture.smallest).configuration)
    }

    @Test("JSON and CRLF are read too")
    func json() throws {
        let text = #"{"mode":"arp","pools":[{"name":"edge","addresses":["10.0.0.0/24"]}]}"#
        #expect(try parse(text).configuration.pools.count == 1)
        let windows = Fixture.smallest.split(separator: "\n").joined(separator: "\r\n")
        #expect(try parse(windows).configuration == parse(Fixture.smallest).configuration)
    }

    @Test(
        "the path of manifests starts where the file is",
        arguments: [("a.yaml", "m"), ("x/a.yaml", "x/m"), ("/a", "/m")])
    func relativePath(file: String, path: String) throws {
        let text = Fixture.smallest + "source: {directory: {path: m}}"
        let source = try parse(text, file: file).configuration.source
        #expect(source == .directory(DirectorySettings(path: path)))
    }

    @Test(
        "the path of a kubeconfig starts where the file is",
        arguments: [("a.yaml", "k"), ("x/a.yaml", "x/k"), ("/etc/a", "/etc/k")])
    func relativeKubeconfig(file: String, path: String) throws {
        let text = Fixture.smallest + "source: {kubernetes: {kubeconfig: k, context: admin, stateDirectory: /s}}"
        var settings = KubernetesSettings()
        (settings.kubeconfig, settings.context, settings.stateDirectory) = (path, "admin", "/s")
        #expect(try parse(text, file: file).configuration.source == .kubernetes(settings))
    }

    @Test("files are told apart by their fingerprint")
    func fingerprint() throws {
        #expect(Fingerprint(of: []).description == "cbf29ce484222325")
        #expect(Fingerprint(of: "foobar".utf8).description == "85944171f73967e8")
        #expect(try parse(Fixture.smallest).fingerprint == Fingerprint(of: Fixture.smallest.utf8))
    }
}
