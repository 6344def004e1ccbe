import BGP
import Configuration
import NetworkTypes
import Testing

struct BGPFileTests {
    private func file(_ bgp: String, mode: String = "bgp") -> String {
        "mode: \(mode)\npools: [{name: edge, addresses: [192.0.2.0/24]}]\nbgp: \(bgp)\n"
    }

    private func problems(_ bgp: String) -> [String] {
        do throws(ProblemList) {
            return try Configuration.parse(Array(file(bgp).utf8), file: "f").warnings.problems.map(\.description)
        } catch {
            return error.problems.map(\.description)
        }
    }

    @Test("every key is read")
    func complete() throws {
        let text = """
            mode: bgp
            pools: [{name: edge, addresses: [192.0.2.0/24]}]
            bgp:
              asn: 4200000000
              routerID: 192.0.2.77
              attach: none
              listen: true
              port: 1790
              bfd: {interval: 100ms, multiplier: 5, passive: true, minimumTTL: 250}
              nodes: {selector: {edge: "true"}}
              withdrawDelay: 1s
              grace: 5s
              onShutdown: restart
              peers:
                - name: tor
                  address: 192.168.10.1
                  asn: 64500
                  port: 1179
                  nodes: {selector: {rack: a}}
                  connect: both
                  source: 192.168.10.2
                  passwordFile: /etc/herald/tor
                  holdTime: 9s
                  connectRetry: 1s
                  multihop: 4
                  families: [ipv6]
                  requireFamilies: true
                  gracefulRestart: 120s
                  bfd: required
                  localASN: 64999
                  showRealASN: false
                  role: customer
                  requireRole: true
                  extendedNextHop: true
                  maximumPrefixes: 100
                - {name: spine, interface: eth0, asn: 1.5, ttlSecurity: true}
                - {name: far, address: 192.0.2.9, sourceInterface: lo, asn: 64501, multihop: 3}
              advertisements:
                - pools: [edge]
                  peers: [tor]
                  nodes: {selector: {rack: a}}
                  communities: ["64512:100", no-export, "64512:1:2", "rt:64512:100", "0x0003fc0000000001"]
                  localPreference: 200
                  med: 10
                  prepend: 2
                  aggregationLength: 24
                  aggregationLengthV6: 64
                  nextHop: 192.168.10.9

            """
        let parsed = try Configuration.parse(Array(text.utf8), file: "f")
        #expect(parsed.warnings.problems == [])
        let bgp = parsed.configuration.bgp
        #expect(bgp.asn == ASN(4_200_000_000))
        #expect(bgp.routerID?.description == "192.0.2.77")
        #expect(bgp.attach == .none && bgp.listen && bgp.port == 1790)
        #expect(bgp.bfd.interval == .milliseconds(100) && bgp.bfd.multiplier == 5)
        #expect(bgp.onShutdown == .restart && bgp.grace == .seconds(5))
        let tor = try #require(bgp.peers.first)
        #expect(tor.asn == ASN(64500) && tor.port == 1179 && tor.connect == .both && tor.multihop == 4)
        #expect(tor.families == [.ipv6] && tor.bfd == .required && tor.role == .customer)
        #expect(tor.gracefulRestart == .seconds(120) && tor.maximumPrefixes == 100)
        #expect(tor.requireFamilies)
        #expect(bgp.peers[1].asn == ASN(1 << 16 | 5) && bgp.peers[1].interface == "eth0")
        #expect(bgp.peers[2].sourceInterface == "lo" && !bgp.peers[2].requireFamilies)
        let advertisement = try #require(bgp.advertisements.first)
        #expect(advertisement.communities.count == 5 && advertisement.med == 10 && advertisement.prepend == 2)
        #expect(advertisement.aggregationLength == 24 && advertisement.aggregationLengthV6 == 64)
    }

    @Test("two lines of it are enough")
    func smallest() throws {
        let text = file("{asn: 64512, peers: [{name: tor, address: 192.168.10.1, asn: 64500}]}")
        let bgp = try Configuration.parse(Array(text.utf8), file: "f").configuration.bgp
        #expect(bgp.attach == .lo && !bgp.listen && bgp.routerID == nil)
        #expect(bgp.peers.first?.holdTime == .seconds(90))
    }

    @Test(
        "what is wrong with a peer",
        arguments: [
            (
                "address: 192.168.10.1",
                "3:27: error: the key 'asn' is missing in 'bgp.peers[0]'; add, for example, 'asn: 64512'"
            ),
            (
                "asn: 1, interface: \"e*\"",
                "3:56: error: 'bgp.peers[0].interface': 'e*' cannot be the name of an interface; write one name, as in eth0"
            ),
            (
                "asn: 1",
                "3:27: error: peer 'a' has neither an address nor an interface; add, for example, 'address: 192.168.10.1'"
            ),
            (
                "address: 10.0.0.1, asn: 0",
                "3:61: error: 'bgp.peers[0].asn': AS number 0 is reserved; write one of your own, as in 64512 to 65534 for "
                    + "private use"
            ),
            (
                "address: \"fe80::1\", asn: 1",
                "3:46: error: the link-local address fe80::1 needs an interface; add, for example, 'interface: eth0'"
            ),
            (
                "address: 10.0.0.1, asn: 1, holdTime: 2s",
                "3:74: error: 'bgp.peers[0].holdTime': 2s cannot be a hold time; write 0s for none, or whole seconds from 3s"
            ),
            (
                "address: 10.0.0.1, asn: 1, ttlSecurity: true, multihop: 3",
                "3:93: error: 'multihop' and 'ttlSecurity' exclude each other; remove one of them"
            ),
            (
                "address: 10.0.0.1, asn: 1, source: \"fd00::1\"",
                "3:72: error: 'source' is IPv6, the peer's address is not; write an address of the peer's family"
            ),
            (
                "address: 10.0.0.1, asn: 1, source: 10.0.0.2, sourceInterface: eth0",
                "3:99: error: 'sourceInterface' and 'source' exclude each other; remove one of them"
            ),
            (
                "interface: eth1, asn: 1, sourceInterface: eth0",
                "3:79: error: 'sourceInterface' and 'interface' exclude each other; remove one of them"
            ),
            (
                "address: 10.0.0.1, asn: 1, families: []",
                "3:74: error: 'families' must name ipv4, ipv6 or both, each once; write, for example, [ipv4, ipv6]"
            ),
            (
                "address: 10.0.0.1, asn: 1, connect: passive",
                "3:73: error: peer 'a' is to dial, but herald does not listen; add 'bgp.listen: true' or write "
                    + "'connect: active'"
            ),
            (
                "address: 10.0.0.1, asn: 64512, role: customer",
                "3:74: error: 'role' is for peers of other AS numbers, and 'a' is of the same AS; remove it"
            ),
            (
                "address: 10.0.0.1, asn: 1, password: secret",
                "3:64: error: unknown key 'password' in 'bgp.peers[0]'; "
            ),
        ])
    func peers(peer: String, expected: String) {
        let found = problems("{asn: 64512, peers: [{name: a, \(peer)}]}")
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }

    @Test(
        "what is wrong between keys",
        arguments: [
            (
                "{asn: 64512, peers: [{name: a, address: 10.0.0.1, asn: 1}, {name: a, address: 10.0.0.2, asn: 1}]}",
                "3:72: error: two peers have the name 'a', the first at line 3, column 34; rename one of them"
            ),
            (
                "{asn: 64512, peers: [{name: a, address: \"fd00::1\", asn: 1}, {name: b, address: \"fd00:0::1\", asn: 1}]}",
                "3:85: error: two peers have the address 'fd00:0::1', the first at line 3, column 46; keep one of them"
            ),
            (
                "{asn: 64512, peers: [{name: tor, address: 10.0.0.1, asn: 1}], advertisements: [{peers: [tro], pools: [egde]}]}",
                "3:108: error: there is no pool 'egde'; write 'edge'"
            ),
            (
                "{asn: 64512, peers: [{name: tor, address: 10.0.0.1, asn: 1}], advertisements: [{communities: [\"1:70000\"]}]}",
                "3:100: error: 'bgp.advertisements[0].communities[0]': '1:70000' is not a community; "
            ),
            ("{asn: 64512}", "3:1: warning: 'bgp' names no peer"),
            ("{peers: [{name: tor, address: 10.0.0.1, asn: 1}]}", "3:1: warning: 'bgp.asn' is missing"),
        ])
    func crossChecks(bgp: String, expected: String) {
        let found = problems(bgp)
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }
}
