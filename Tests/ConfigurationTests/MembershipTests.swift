import Configuration
import IPAM
import NetworkTypes
import Testing

@Suite("Membership in the configuration")
struct MembershipTests {
    private func parse(_ text: String) throws -> ParsedConfiguration {
        try Configuration.parse(
            Array(("mode: arp\npools: [{name: a, addresses: [10.0.0.0/24]}]\n" + text).utf8), file: "herald.yaml")
    }

    @Test("every key is taken, and has a default")
    func keys() throws {
        let none = try parse("").configuration
        #expect(none.membership == MembershipSettings())
        #expect(none.membership.interval == .milliseconds(50) && none.membership.missed == 3)
        let text = """
            arp: {election: leader, conflictDetection: rfc5227, onConflict: hold, reannounce: 0s, nodes: {selector: {edge: "true"}}}
            membership:
              interval: 100ms
              missed: 5
              port: 7000
              keyFile: /etc/herald/membership.key
              interface: eth1
              peers:
                - {name: node-a, addresses: [192.0.2.1, "2001:db8::1"]}
                - {name: node-b, addresses: [192.0.2.2]}

            """
        let configuration = try parse(text).configuration
        let membership = configuration.membership
        #expect(membership.interval == .milliseconds(100) && membership.missed == 5 && membership.port == 7000)
        #expect(membership.keyFile == "/etc/herald/membership.key" && membership.interface == "eth1")
        #expect(membership.peers.map(\.name.text) == ["node-a", "node-b"])
        #expect(membership.peers[0].addresses.map(\.description) == ["192.0.2.1", "2001:db8::1"])
        #expect(configuration.arp.election == .leader && configuration.arp.conflictDetection == .rfc5227)
        #expect(configuration.arp.onConflict == .hold && configuration.arp.reannounce == .zero)
        #expect(configuration.arp.nodes.selector.matches(["edge": "true"]))
        #expect(!configuration.arp.nodes.selector.matches([:]))
    }

    @Test(
        "what cannot work is refused with its cure",
        arguments: [
            (
                "membership: {peers: [{name: b, addresses: [192.0.2.2]}]}",
                "3:14: error: 'membership.peers' needs a key that all nodes share; add  keyFile: "
                    + "/etc/herald/membership.key  with the output of: openssl rand -base64 32"
            ),
            (
                "arp: {reannounce: 9999ms}",
                "3:19: error: 'arp.reannounce': 9s999ms is too often; write 0s for never, or 10s or more"
            ),
            (
                "membership: {keyFile: /k, peers: [{name: b, addresses: []}]}",
                "3:35: error: 'b' has no address; write addresses: [192.168.10.1]"
            ),
            (
                "membership: {keyFile: /k, peers: [{name: b, addresses: [192.0.2.2]}, {name: b, addresses: [192.0.2.3]}]}",
                "3:70: error: the node 'b' is listed twice; name each node once"
            ),
            (
                "membership: {keyFile: /k, peers: [{name: b, addresses: [224.0.0.1]}]}",
                "3:57: error: 'membership.peers[0].addresses[0]': '224.0.0.1' is no address of a single host; write a "
                    + "global address"
            ),
            (
                "membership: {keyFile: /k, peers: [{name: b, addresses: [255.255.255.255]}]}",
                "3:57: error: 'membership.peers[0].addresses[0]': '255.255.255.255' is no address of a single host; "
                    + "write a global address"
            ),
            (
                "membership: {keyFile: /k, peers: [{name: b, addresses: ['::ffff:10.0.0.1']}]}",
                "3:57: error: 'membership.peers[0].addresses[0]': '::ffff:10.0.0.1' is IPv4 written as IPv6; write "
                    + "10.0.0.1"
            ),
            (
                "membership: {interval: 1ms}",
                "3:24: error: 'membership.interval': '1ms' is out of bounds; write a duration from 10ms to 10s"
            ),
            (
                "membership: {missed: 1}",
                "3:22: error: 'membership.missed': '1' is not a whole number from 2 to 100; write a whole number from 2 "
                    + "to 100, without quotes"
            ),
            (
                "membership: {interface: \"eth*\"}",
                "3:25: error: 'membership.interface': 'eth*' cannot be the name of an interface; write one name of at "
                    + "most 15 letters"
            ),
            (
                "arp: {election: quorum}",
                "3:17: error: 'arp.election': 'quorum' is not known; write one of spread, leader"
            ),
        ])
    func refusals(text: String, expected: String) {
        #expect(throws: (any Error).self) { try parse(text + "\n") }
        do { _ = try parse(text + "\n") } catch {
            #expect("\(error)".contains(expected), "\(error)")
        }
    }
}

@Suite("Checks in the configuration")
struct CheckTests {
    private func parse(_ text: String) throws -> ParsedConfiguration {
        try Configuration.parse(
            Array(("mode: arp\npools: [{name: a, addresses: [10.0.0.0/24]}]\n" + text + "\n").utf8), file: "herald.yaml"
        )
    }

    @Test("a check tries a port or a URL")
    func targets() throws {
        let checks = try parse(
            "checks: [{name: port, tcp: \"127.0.0.1:6443\"}, {name: page, url: \"https://127.0.0.1:6443/livez\", "
                + "verifyCertificate: false, interval: 500ms, timeout: 200ms, failures: 1, successes: 2}]"
        ).configuration.checks
        #expect(checks.map(\.name) == ["port", "page"])
        #expect(checks[0].target == .tcp(ListenAddress(address: IPAddress(ipv4: 0x7F00_0001), port: 6443)))
        #expect(checks[0].verifiesCertificate && checks[0].interval == .seconds(2) && checks[0].failures == 3)
        #expect(checks[1].target == .url("https://127.0.0.1:6443/livez") && !checks[1].verifiesCertificate)
        #expect(checks[1].interval == .milliseconds(500) && checks[1].successes == 2)
    }

    @Test(
        "a URL has a host, and a port if need be",
        arguments: [
            "http://127.0.0.1", "http://[::1]", "https://[fd00::1]:6443/livez?verbose", "http://api_1.example-2:00080/",
            "http://localhost:1",
        ])
    func urls(url: String) throws {
        #expect(try parse("checks: [{name: a, url: \"\(url)\"}]").configuration.checks.map(\.target) == [.url(url)])
    }

    @Test(
        "what cannot be tried is refused",
        arguments: [
            ("checks: [{name: a}]", "check 'a' must try one thing; write either tcp: or url:"),
            ("checks: [{name: a, url: \"ftp://x/\"}]", "'ftp://x/' is not a URL of http or https"),
            ("checks: [{name: a, url: \"http://\"}]", "'http://' is not a URL of http or https"),
            (
                "checks: [{name: a, url: \"http://127.0.0.1:99999/livez\"}]",
                "herald.yaml:3:25: error: 'checks[0].url': '99999' is not a port from 1 to 65535; write, for example, "
                    + "https://127.0.0.1:6443/livez"
            ),
            (
                "checks: [{name: a, url: \"http://127.0.0.1:6443?verbose\"}]",
                "3:25: error: 'checks[0].url': 'http://127.0.0.1:6443?verbose' has a query but no path; write '/' before "
                    + "the '?'"
            ),
            (
                "checks: [{name: a, url: \"http://[::1/x\"}]",
                "3:25: error: 'checks[0].url': '[::1' is not a host; write a name, or an address as 127.0.0.1 or [::1]"
            ),
            (
                "checks: [{name: a, url: \"http://fd00::1:6443/x\"}]",
                "3:25: error: 'checks[0].url': 'http://fd00::1:6443/x' has an IPv6 address without brackets; write, for "
                    + "example, https://[::1]:6443/livez"
            ),
            ("checks: [{name: a, url: \"http://a:0/\"}]", "'0' is not a port from 1 to 65535"),
            ("checks: [{name: a, url: \"http://a:+5/\"}]", "'+5' is not a port from 1 to 65535"),
            ("checks: [{name: a, url: \"http://a:/\"}]", "'' is not a port from 1 to 65535"),
            ("checks: [{name: a, url: \"http://:80/\"}]", "'' is not a host"),
            ("checks: [{name: a, url: \"http://[]/\"}]", "'[]' is not a host"),
            ("checks: [{name: a, url: \"http://[127.0.0.1]/\"}]", "'[127.0.0.1]' is not a host"),
            ("checks: [{name: a, url: \"http://[::1]x/\"}]", "'[::1]x' is not a host"),
            ("checks: [{name: a, url: \"http://a,b/\"}]", "'a,b' is not a host"),
            ("checks: [{name: a, tcp: \"127.0.0.1\"}]", "'127.0.0.1' is not an address with a port"),
            (
                "checks: [{name: a, tcp: \"127.0.0.1:1\"}, {name: a, tcp: \"127.0.0.1:2\"}]",
                "there are two checks 'a'; give each check its own name"
            ),
        ])
    func refusals(text: String, expected: String) {
        do {
            _ = try parse(text)
            Issue.record("taken")
        } catch {
            #expect("\(error)".contains(expected), "\(error)")
        }
    }
}
