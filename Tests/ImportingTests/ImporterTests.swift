import Configuration
import Testing
import YAML

@testable import Importing

@Suite("Importer")
struct ImporterTests {
    private func convert(_ text: String) throws -> Imported {
        Importer.convert(try Parser.parse(Array(text.utf8)))
    }

    private func pool(_ name: String, _ rest: String = "") -> String {
        "---\nkind: IPAddressPool\nmetadata: {name: \(name), labels: {a: b}}\nspec: {addresses: [10.0.0.0/24]\(rest)}\n"
    }

    @Test(
        "what is announced how follows from the advertisements that cover a pool",
        arguments: [
            ("kind: L2Advertisement\nmetadata: {name: x}\n", "arp"),
            ("kind: L2Advertisement\nspec: {ipAddressPools: [p]}\n", "arp"),
            ("kind: L2Advertisement\nspec: {ipAddressPools: [q]}\n", "none"),
            ("kind: L2Advertisement\nspec: {ipAddressPoolSelectors: [{matchLabels: {a: b}}]}\n", "arp"),
            ("kind: L2Advertisement\nspec: {ipAddressPoolSelectors: [{matchLabels: {a: c}}]}\n", "none"),
            (
                "kind: L2Advertisement\nspec: {ipAddressPoolSelectors: [{matchExpressions: [{key: a, operator: Exists}]}]}\n",
                "arp"
            ),
            ("kind: BGPAdvertisement\n", "bgp"),
        ])
    func modes(advertisement: String, expected: String) throws {
        let text = try convert(advertisement + pool("p")).text
        #expect(text.contains("mode: \(expected)\n"), "\(text)")
    }

    @Test("low numbers come first there, high numbers here, and pools without one are last in both")
    func priorities() throws {
        let text = try convert(
            pool("a", ", serviceAllocation: {priority: 50}") + pool("b", ", serviceAllocation: {priority: 5}")
                + pool("c")
        ).text
        let root = try #require(try Parser.parse(Array(text.utf8)).first?.root)
        let pools = root["pools"]?.sequence ?? []
        #expect(pools.map { $0["priority"]?.scalar?.text } == ["1", "2", nil])
    }

    @Test(
        "text from outside stays text, whatever it says",
        arguments: [
            "a: b", "- x", "true", "1e3", "'", "\\\"", "#", "null", "a\\nmode: bgp", "{x", "*a", "&a", "é", "\\u2028x",
        ])
    func hostile(text: String) throws {
        let imported = try convert(
            "kind: IPAddressPool\nmetadata: {name: \"\(text)\"}\nspec: {addresses: [\"\(text)\"], "
                + "serviceAllocation: {namespaces: [\"\(text)\"]}}\n---\nkind: \"\(text)\"\n---\nkind: BGPAdvertisement\n"
                + "---\nkind: BGPPeer\nmetadata: {name: p}\nspec: {peerASN: \"\(text)\", peerAddress: \"\(text)\"}\n")
        let original = try #require(try Parser.parse(Array("- \"\(text)\"".utf8)).first?.root.sequence?[0].scalar?.text)
        let root = try #require(try Parser.parse(Array(imported.text.utf8)).first?.root)
        let pool = try #require(root["pools"]?.sequence?.first)
        #expect(pool["name"]?.scalar?.value == .string(original))
        #expect(pool["addresses"]?.sequence?.first?.scalar?.value == .string(original))
        #expect(pool["namespaces"]?.sequence?.first?.scalar?.value == .string(original))
        #expect(root["mode"]?.scalar?.text == "bgp")
        #expect(root.mapping?.entries.map(\.key.text) == ["mode", "pools", "bgp"])
    }

    @Test(
        "odd shapes end in a text that can be read, and in no crash",
        arguments: [
            "", "[]", "a", "kind: IPAddressPool", "kind: List\nitems: 5", "kind: ConfigMap\ndata: {config: '['}",
            "kind: ConfigMap\ndata: {config: 'address-pools: 7'}",
            "kind: ConfigMap\ndata: {cidr-: '', range-global: ','}",
            "kind: BGPPeer\nspec: 3", "kind: DaemonSet\nspec: {template: {spec: {containers: [{image: kube-vip}]}}}",
            "kind: Pod\nspec: {containers: [{image: kube-vip, env: [{name: bgp_enable, value: 'true'}, "
                + "{name: bgp_peers, value: '::::,[,]:'}]}]}", "- - - a",
        ])
    func odd(text: String) throws {
        let imported = try convert(text)
        #expect(throws: Never.self) { try Parser.parse(Array(imported.text.utf8)) }
    }
}
