import IPAM
import NetworkTypes
import Testing

@Suite struct SelectionTests {
    @Test("the order of a pool decides which free address is next")
    func orders() {
        var ledger = AddressLedger(Pool("p", "10.0.0.8-10.0.0.9", "10.0.0.1-10.0.0.2"))
        #expect(["a", "b", "c"].map { ledger.allocate($0).held } == [["10.0.0.1"], ["10.0.0.2"], ["10.0.0.8"]])
        ledger.release("b", at: .zero)
        #expect(ledger.allocate("d").held == ["10.0.0.2"])

        var down = AddressLedger(Pool("p", "10.0.0.8-10.0.0.9", "10.0.0.1-10.0.0.2") { $0.order = .descending })
        #expect(["a", "b", "c"].map { down.allocate($0).held } == [["10.0.0.9"], ["10.0.0.8"], ["10.0.0.2"]])
    }

    @Test("hashed: a Service that comes again gets the same address, whatever came in between")
    func hashed() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/16", "fd00::/64") { $0.order = .hashed })
        let both: (inout AddressRequest) -> Void = { $0.families = .all([.ipv6, .ipv4]) }
        let first = ledger.allocate("shop", change: both).held
        #expect(first.map(\.family) == [.ipv6, .ipv4])
        ledger.release("shop", at: .zero)
        for number in 0..<100 { ledger.allocate(ServiceKey(namespace: "n", name: "s\(number)"), change: both) }
        #expect(ledger.allocate("shop", change: both).held == first)
    }

    @Test("hashed: goes round at the end of the pool until it is full")
    func hashedFills() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/28") { $0.order = .hashed })
        let held = (0..<17).map { ledger.allocate(ServiceKey(namespace: "n", name: "s\($0)")).held }
        #expect(Set(held.flatMap { $0 }).count == 16)
        #expect(held.last == [])
    }

    @Test("pools are tried by priority, then as written")
    func priority() {
        var ledger = AddressLedger(
            Pool("a", "10.0.1.1-10.0.1.1"), Pool("b", "10.0.2.1-10.0.2.1"),
            Pool("c", "10.0.3.1-10.0.3.1") { $0.priority = 1 })
        let held = ["1", "2", "3"].map { ledger.allocate($0).held }
        #expect(held == [["10.0.3.1"], ["10.0.1.1"], ["10.0.2.1"]])
    }

    @Test("edges are left out, unless asked for")
    func edges() {
        var ledger = AddressLedger(Pool("p", "10.0.0.254-10.0.1.1") { $0.skipEdgeAddresses = true })
        #expect(["a", "b", "c"].map { ledger.allocate($0).held } == [["10.0.0.254"], ["10.0.1.1"], []])
        #expect(ledger.allocate("c") { $0.addresses = ["10.0.0.255"] }.held == ["10.0.0.255"])
        #expect(ledger.usage.map(\.used) == [3])
        #expect(ledger.usage.map(\.free) == [0])
        ledger.release("c", at: .zero)
        #expect(ledger.allocate("d").refusal?.reason == "PoolFull")
    }

    @Test(
        "the subnet-router anycast address of a prefix is an edge",
        arguments: [
            ("fd00::/124", "fd00::1"), ("fd00::f0/124", "fd00::f1"), ("fd00::-fd00::9", "fd00::1"),
            ("fd00::f0-fd00::fe", "fd00::f0"), ("fd00::f0/127", "fd00::f0"), ("fd00::f0/128", "fd00::f0"),
        ])
    func anycast(range: String, first: String) {
        var ledger = AddressLedger(Pool("p", range) { $0.skipEdgeAddresses = true })
        #expect(ledger.allocate("a").held == [IPAddress(first)].compactMap { $0 })
    }

    @Test("namespaces and selectors decide who may use a pool")
    func admission() {
        var ledger = AddressLedger(
            Pool("named", "10.0.1.0/24") { $0.namespaces = ["shop"] },
            Pool("chosen", "10.0.2.0/24") {
                $0.namespaces = ["none"]
                $0.namespaceSelector = LabelSelector(matchLabels: ["team": "a"])
            },
            Pool("labelled", "10.0.3.0/24") { $0.serviceSelector = LabelSelector(matchLabels: ["edge": "true"]) })
        #expect(ledger.allocate("shop/a").held == ["10.0.1.0"])
        #expect(ledger.allocate("web/a") { $0.namespaceLabels = ["team": "a"] }.held == ["10.0.2.0"])
        #expect(ledger.allocate("web/b") { $0.labels = ["edge": "true"] }.held == ["10.0.3.0"])
        #expect(ledger.allocate("web/c").refusal?.reason == "NoPoolAdmits")
    }

    @Test("a pool without autoAssign is for Services that name it or one of its addresses")
    func onRequest() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24") { $0.autoAssign = false })
        #expect(ledger.allocate("a").held == [])
        #expect(ledger.allocate("a") { $0.pool = "p" }.held == ["10.0.0.0"])
        #expect(ledger.allocate("b") { $0.addresses = ["10.0.0.7"] }.held == ["10.0.0.7"])
    }

    @Test("empty, one-address and last-address pools", arguments: ["255.255.255.255/32", "ffff::/16", "0.0.0.0/32"])
    func unusable(range: String) {
        var ledger = AddressLedger(Pool("none"), Pool("p", range))
        #expect(ledger.allocate("a").refusal == .poolsFull([]))
        #expect(ledger.usage.isEmpty)
    }

    @Test(
        "the last address of a family's space is handed out once",
        arguments: ["223.255.255.255/32", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"])
    func lastAddress(range: String) {
        for order in Pool.Order.allCases {
            var ledger = AddressLedger(Pool("p", range) { $0.order = order })
            #expect(ledger.allocate("a").held == [CIDR(range)?.network].compactMap { $0 })
            #expect(ledger.allocate("b").refusal?.reason == "PoolFull")
        }
    }

    @Test("a pool of everything costs nothing")
    func everything() {
        for order in Pool.Order.allCases {
            var ledger = AddressLedger(
                Pool("p", "0.0.0.0/0", "::/0") {
                    $0.order = order
                    $0.skipEdgeAddresses = true
                })
            for number in 0..<50 {
                let outcome = ledger.allocate(ServiceKey(namespace: "n", name: "\(number)")) {
                    $0.families = .all([.ipv4, .ipv6])
                }
                #expect(outcome.held.count == 2)
                #expect(outcome.held.allSatisfy { $0.isAssignable })
            }
        }
    }
}
