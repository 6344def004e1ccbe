import Configuration
import Testing

struct ProblemTests {
    private func problems(_ text: String) -> [String] {
        do throws(ProblemList) {
            return try Configuration.parse(Array(text.utf8), file: "f").warnings.problems.map(\.description)
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test(
        "a file as a whole can be wrong",
        arguments: [
            ("", "1:1: error: the file says nothing; write at least 'mode' and 'pools'"),
            ("# later\n---\n", "1:1: error: the file says nothing; write at least 'mode' and 'pools'"),
            ("- a", "1:1: error: the file must be a mapping, not a list; write, for example, mode: arp"),
            ("mode", "1:1: error: the file must be a mapping, not 'mode'; write, for example, mode: arp"),
            (
                "mode: [arp\n",
                "1:7: error: the list that begins here is not complete at line 2, column 1; "
                    + "write ',' between its parts and ']' at its end"
            ),
            ("mode: \u{0}", "1:7: error: a zero octet is not text; save the file as UTF-8, not as UTF-16"),
        ])
    func file(text: String, expected: String) {
        #expect(problems(text) == [expected])
    }

    @Test(
        "top-level keys",
        arguments: [
            ("mode: arpp\n", "1:7: error: 'mode': 'arpp' is not known; write 'arp'"),
            ("mode: layer2\n", "1:7: error: 'mode': 'layer2' is not known; write one of arp, bgp, none"),
            ("mode:\n", "1:6: error: 'mode' has no value; write, for example, arp"),
            ("mode: [arp]\n", "1:7: error: 'mode' must be one of arp, bgp, none, not a list; write, for example, arp"),
            (
                "mode: arp\nmode: arp\n",
                "2:1: error: key 'mode' is written twice, first at line 1, column 1; keep one of them"
            ),
            (
                "mode: &x arp\n",
                "1:7: error: anchor '&x' is not allowed here; put quotes around text that begins with '&'"
            ),
            ("mode: *x\n", "1:7: error: alias '*x' is not allowed here; put quotes around text that begins with '*'"),
            ("mode: arp\npoolz: []\n", "2:1: error: unknown key 'poolz'; write 'pools'"),
            (
                "mode: arp\nfrontend: []\n",
                "2:1: error: unknown key 'frontend'; remove it; the keys here are "
                    + "mode, source, services, pools, arp, membership, checks, bgp, log, operations"
            ),
            (
                "mode: arp\n\"a\\nb\": 1\n",
                "2:1: error: unknown key 'a\\u{a}b'; remove it; the keys here are "
                    + "mode, source, services, pools, arp, membership, checks, bgp, log, operations"
            ),
            (
                "mode: arp\nsource: {}\n",
                "2:9: error: 'source' names no source; write {kubernetes: {}} or leave it out"
            ),
            (
                "mode: arp\nsource: {kubernetes: {}, directory: {path: x}}\n",
                "2:9: error: 'source' names two sources; keep kubernetes or directory"
            ),
            (
                "mode: arp\nsource: {kubernetes: {url: x}}\n",
                "2:23: error: unknown key 'url' in 'source.kubernetes'; remove it; the keys here are "
                    + "kubeconfig, context, stateDirectory"
            ),
            (
                "mode: arp\nsource: {directory: {}}\n",
                "2:21: error: the key 'path' is missing in 'source.directory'; add, for example, 'path: services'"
            ),
            (
                "mode: arp\nsource: {directory: {path: 5}}\n",
                "2:28: error: 'source.directory.path': '5' without quotes is not text; put quotes around it"
            ),
            (
                "mode: arp\nsource: {directory: {path: x, stateDirectory: y}}\n",
                "2:47: error: 'source.directory.stateDirectory': 'y' is not an absolute path; begin it with '/'"
            ),
            (
                "mode: arp\nsource: {directory: {path: x, namespaces: {web: {a: true}}}}\n",
                "2:53: error: 'source.directory.namespaces.web.a': 'true' without quotes is not text; put quotes around it"
            ),
            (
                "mode: arp\nservices: {claim: all}\n",
                "2:19: error: 'services.claim': 'all' is not known; write one of own, classless, both"
            ),
            (
                "mode: arp\nservices: {requireEndpoints: yes}\n",
                "2:30: error: 'services.requireEndpoints': 'yes' is not a truth value; write true or false, without quotes"
            ),
            (
                "mode: arp\nservices: {loadBalancerClass: a/b/c}\n",
                "2:31: error: 'services.loadBalancerClass': 'a/b/c' is not a qualified name; write at most 63 letters, "
                    + "digits, '-', '_' and '.', after a DNS name and '/' if need be"
            ),
            (
                "mode: arp\narp: {interfaces: eth0}\n",
                "2:19: error: 'arp.interfaces' must be a list of interface names, not 'eth0'; "
                    + "write, for example, [ens160, \"eth*\"]"
            ),
            (
                "mode: arp\narp: {interfaces: [\"eth[0]\"]}\n",
                "2:20: error: 'arp.interfaces[0]': 'eth[0]' cannot be the name of an interface; write a name of at most "
                    + "15 letters and digits, with * for any characters and ? for one"
            ),
            (
                "mode: arp\narp: {lifetime: 5}\n",
                "2:17: error: 'arp.lifetime': '5' has no unit; write 5s, or with h, m or ms"
            ),
            (
                "mode: arp\narp: {lifetime: 2500ms, refresh: 1s}\n",
                "2:17: error: 'arp.lifetime': 2s500ms is not a whole number of seconds; write 2s or 3s"
            ),
            (
                "mode: arp\narp: {lifetime: 4s}\n",
                "2:17: error: 'arp.refresh' (2s) must be less than half of 'arp.lifetime' (4s); "
                    + "refresh more often or lengthen the lifetime"
            ),
            (
                "mode: arp\narp: {refresh: 3h}\n",
                "2:16: error: 'arp.refresh': '3h' is out of bounds; write a duration from 100ms to 30m"
            ),
            (
                "mode: arp\nlog: {level: warn}\n",
                "2:14: error: 'log.level': 'warn' is not known; "
                    + "write one of trace, debug, info, notice, warning, error, critical"
            ),
            (
                "mode: arp\noperations: {socket: herald.sock}\n",
                "2:22: error: 'operations.socket': 'herald.sock' is not an absolute path; begin it with '/'"
            ),
        ])
    func topLevel(text: String, expected: String) {
        #expect(problems(text + "pools: [{name: a, addresses: [10.0.0.0/24]}]\n") == [expected])
    }

    @Test(
        "addresses",
        arguments: [
            (
                "10.0.0.5/24",
                "'10.0.0.5/24' is not the first address of its block; write 10.0.0.0/24 for the block, "
                    + "or 10.0.0.5 for this address alone"
            ),
            ("10.0.0.0/33", "'10.0.0.0/33' is not a CIDR block; write, for example, 192.168.10.240/28 or fd00:10::/64"),
            ("10.0.0.9-10.0.0.1", "'10.0.0.9-10.0.0.1' ends before it begins; write 10.0.0.1-10.0.0.9"),
            (
                "10.0.0.9-fd00::1",
                "'10.0.0.9-fd00::1' begins with IPv4 and ends with IPv6; "
                    + "write one range for each family"
            ),
            (
                "10.0.0.1-5",
                "'5' is not an IP address; write, for example, 192.168.10.100 or fd00:10::f0, "
                    + "without leading zeros or a zone"
            ),
            (
                "010.0.0.1",
                "'010.0.0.1' is not an IP address; write, for example, 192.168.10.100 or fd00:10::f0, "
                    + "without leading zeros or a zone"
            ),
            (
                "10.0.0.1-10.0.0.2-3",
                "'10.0.0.1-10.0.0.2-3' is not a range; "
                    + "write, for example, 192.168.10.100-192.168.10.110"
            ),
            ("127.0.0.1", "'127.0.0.1' is loopback (127.0.0.0/8); use addresses of your own network"),
            (
                "0.0.0.0/0",
                "'0.0.0.0/0' holds 0.0.0.0-0.255.255.255, which is not an address of a host (0.0.0.0/8); "
                    + "use addresses of your own network"
            ),
            (
                "223.255.255.0-224.0.0.1",
                "'223.255.255.0-224.0.0.1' holds 224.0.0.0-224.0.0.1, "
                    + "which is multicast (224.0.0.0/4); use addresses of your own network"
            ),
            ("255.255.255.255", "'255.255.255.255' is reserved (240.0.0.0/4); use addresses of your own network"),
            ("fe80::1", "'fe80::1' is link-local (fe80::/10); use addresses of your own network"),
            (
                "'::ffff:10.0.0.1'",
                "'::ffff:10.0.0.1' is IPv4 written as IPv6 (::ffff:0:0/96); use addresses of your own network"
            ),
            ("'::'", "'::' is the unspecified address (::/128); use addresses of your own network"),
        ])
    func addresses(text: String, expected: String) {
        let found = problems("mode: arp\npools: [{name: a, addresses: [\(text)]}]\n")
        #expect(found == ["2:31: error: 'pools[0].addresses[0]': \(expected)"])
    }

    @Test(
        "pools",
        arguments: [
            (
                "{addresses: [10.0.0.1]}",
                "3:5: error: the key 'name' is missing in 'pools[0]'; add, for example, 'name: edge'"
            ),
            (
                "{name: a}",
                "3:5: error: the key 'addresses' is missing in 'pools[0]'; "
                    + "add, for example, 'addresses: [192.168.10.240/28]'"
            ),
            (
                "{name: a, addresses: []}",
                "3:26: error: pool 'a' has no addresses; write, for example, 'addresses: [192.168.10.240/28]'"
            ),
            (
                "{name: A, addresses: [10.0.0.1]}",
                "3:12: error: 'pools[0].name': 'A' is not a DNS label; use at most 63 "
                    + "lower-case letters, digits and '-', with a letter or digit at both ends"
            ),
            (
                "{name: a, adresses: [10.0.0.1], addresses: [10.0.0.1]}",
                "3:15: error: unknown key 'adresses' in 'pools[0]'; write 'addresses'"
            ),
            (
                "{name: a, addresses: 10.0.0.1}",
                "3:26: error: 'pools[0].addresses' must be a list of addresses, "
                    + "not '10.0.0.1'; write, for example, [192.168.10.240/28]"
            ),
            (
                "{name: a, addresses: [10.0.0.0/24, 10.0.0.7]}",
                "3:40: error: '10.0.0.7' overlaps '10.0.0.0/24' "
                    + "of the same pool at line 3, column 27; write each address once, in one pool"
            ),
            (
                "{name: a, addresses: [10.0.0.7]}\n  - {name: a, addresses: [10.0.0.8]}",
                "4:12: error: two pools have the name 'a', the first at line 3, column 12; rename one of them"
            ),
            (
                "{name: a, addresses: [fd00::1]}\n  - {name: b, addresses: ['fd00::/64']}",
                "4:27: error: 'fd00::/64' overlaps "
                    + "'fd00::1' of another pool at line 3, column 27; write each address once, in one pool"
            ),
            (
                "{name: a, addresses: [10.0.0.1], priority: 99999999999999999999}",
                "3:48: error: 'pools[0].priority': "
                    + "'99999999999999999999' is not a whole number from -1000000 to 1000000; "
                    + "write a whole number from -1000000 to 1000000, without quotes"
            ),
            (
                "{name: a, addresses: [10.0.0.1], quarantine: -5s}",
                "3:50: error: 'pools[0].quarantine': '-5s' is not a "
                    + "duration; write whole numbers with units, as in 50ms, 5s, 2m or 1h30m"
            ),
            (
                "{name: a, addresses: [10.0.0.1], mode: l2}",
                "3:44: error: 'pools[0].mode': 'l2' is not known; write one of arp, bgp, none"
            ),
            (
                "{name: a, addresses: [10.0.0.255], skipEdgeAddresses: true}",
                "3:59: error: skipEdgeAddresses leaves out every address of pool 'a'; "
                    + "remove skipEdgeAddresses or add addresses"
            ),
            (
                "{name: a, addresses: ['fd00::'], skipEdgeAddresses: true}",
                "3:57: error: skipEdgeAddresses leaves out every address of pool 'a'; "
                    + "remove skipEdgeAddresses or add addresses"
            ),
            (
                "{name: a, addresses: [fd00::1], skipEdgeAddresses: true}",
                "3:56: warning: skipEdgeAddresses does nothing in pool 'a', which has neither an IPv4 address nor the "
                    + "first one of an IPv6 prefix; remove it"
            ),
            (
                "{name: a, addresses: [10.0.0.1], namespaces: [Web]}",
                "3:51: error: 'pools[0].namespaces[0]': 'Web' is not "
                    + "a DNS label; use at most 63 lower-case letters, digits and '-', with a letter or digit at both ends"
            ),
            (
                "{name: a, addresses: [10.0.0.1], serviceSelector: {tier: 5}}",
                "3:62: error: "
                    + "'pools[0].serviceSelector.tier': '5' without quotes is not text; put quotes around it"
            ),
            (
                "{name: a, addresses: [10.0.0.1], serviceSelector: {matchLabel: {a: b}}}",
                "3:68: error: "
                    + "'pools[0].serviceSelector.matchLabel' must be text, not a mapping; write, for example, \"true\""
            ),
            (
                "{name: a, addresses: [10.0.0.1], serviceSelector: {matchExpressions: [{key: a, operator: in, values: [b]}]}}",
                "3:94: error: 'pools[0].serviceSelector.matchExpressions[0].operator': 'in' is not known; write 'In'"
            ),
            (
                "{name: a, addresses: [10.0.0.1], serviceSelector: {matchExpressions: [{key: a, operator: In}]}}",
                "3:94: error: In needs values; add 'values: [...]'"
            ),
            (
                "{name: a, addresses: [10.0.0.1], serviceSelector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}}",
                "3:110: error: Exists takes no values; remove 'values'"
            ),
        ])
    func pools(pool: String, expected: String) {
        #expect(problems(Fixture.pool(pool)) == [expected])
    }

    @Test("skipEdgeAddresses has an effect on IPv6 too", arguments: ["fd00::/64", "fd00::8/126", "fd00::-fd00::5"])
    func edges(addresses: String) {
        #expect(problems(Fixture.pool("{name: a, addresses: ['\(addresses)'], skipEdgeAddresses: true}")).isEmpty)
    }

    @Test("a file without pools serves nothing")
    func noPools() {
        #expect(
            problems("mode: arp\npools: []\n") == [
                "2:8: error: there are no pools, so no Service can get an address; "
                    + "write, for example, 'pools: [{name: edge, addresses: [192.168.10.240/28]}]'"
            ])
    }

    @Test("what cannot have an effect is a warning")
    func warnings() {
        let text = """
            mode: none
            source: {directory: {path: x}}
            pools: [{name: a, addresses: [10.0.0.1], namespaceSelector: {team: a}}]
            arp: {attach: none, lifetime: 5s}
            """
        #expect(
            problems(text) == [
                "3:42: warning: namespaceSelector finds no namespace, since none has labels; "
                    + "add 'source.directory.namespaces'",
                "4:1: warning: 'arp' does nothing, since no pool has the mode arp; remove it",
                "4:21: warning: 'lifetime' does nothing when nothing is attached; remove it",
            ])
    }

    @Test("all problems are told at once, in reading order, whatever is broken")
    func everything() {
        let text = """
            pools:
              - name: Edge
                addresses: [10.0.0.0/24, 10.0.0, 10.0.0.9]
              - {name: b, addresses: &a [10.0.0.128/25], x: *a}
            mode: bpg
            log: {level: loud, level: info}
            arp: 5
            ---
            more: 1
            """
        let places = problems(text).map { $0.split(separator: ":").prefix(2).joined(separator: ":") }
        #expect(
            places == ["2:11", "3:30", "3:38", "4:26", "4:30", "4:46", "4:49", "5:7", "6:14", "6:20", "7:6", "9:1"])
    }

    @Test("a second document is refused, even an empty one", arguments: ["---\nx: 1\n", "---\n"])
    func secondDocument(end: String) {
        #expect(problems(Fixture.smallest + end).map { $0.hasSuffix("remove the line '---' between them") } == [true])
    }

    @Test("a file of a size that no configuration has is not read")
    func size() {
        let text = Fixture.smallest + String(repeating: "#", count: Configuration.largestFile)
        let count = text.utf8.count
        #expect(
            problems(text) == [
                "1:1: error: the file has \(count) octets, more than 1048576; check that it is the right file"
            ])
    }

    @Test("of very many problems only some are kept, and the rest counted")
    func manyProblems() throws {
        let text = "mode: arp\npools: [" + String(repeating: "5, ", count: 5_000) + "]\n"
        let list = #expect(throws: ProblemList.self) { try Configuration.parse(Array(text.utf8), file: "f") }
        #expect(list?.problems.count == 200)
        #expect(list?.omitted == 4_800)
        #expect(list?.description.hasSuffix("f: 4800 more problems") == true)
    }

    @Test("a list of problems prints one line for each, with the file")
    func rendering() {
        let list = #expect(throws: ProblemList.self) {
            try Configuration.parse(Array("mode: x\npools: {}".utf8), file: "/etc/herald.yaml")
        }
        #expect(
            list?.description == """
                /etc/herald.yaml:1:7: error: 'mode': 'x' is not known; write one of arp, bgp, none
                /etc/herald.yaml:2:8: error: 'pools' must be a list of pools, not a mapping; \
                write, for example, [{name: edge, addresses: [192.168.10.240/28]}]
                """)
    }
}
