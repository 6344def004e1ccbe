import IPAM
import NetworkTypes
import Testing

@Suite struct SharingTests {
    @Test("same key and other ports go to one address, the lowest with room")
    func shares() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        #expect(ledger.allocate(.sharing("a", tcp: 80)).held == ["10.0.0.0"])
        #expect(ledger.allocate(.sharing("b", tcp: 80)).held == ["10.0.0.1"])
        #expect(ledger.allocate(.sharing("c", tcp: 443)).held == ["10.0.0.0"])
        #expect(ledger.allocate(.sharing("d", tcp: 443)).held == ["10.0.0.1"])
        #expect(ledger.allocate(.sharing("e", tcp: 443, 22)).held == ["10.0.0.2"])
        #expect(ledger.holders(of: "10.0.0.0") == ["a", "c"])
        #expect(ledger.usage.map(\.used) == [3])
        ledger.release("a", at: .zero)
        #expect(ledger.holders(of: "10.0.0.0") == ["c"])
        #expect(ledger.allocate(.sharing("f", tcp: 80)).held == ["10.0.0.0"])
    }

    @Test("TCP and UDP of one port do not clash")
    func transports() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate(.sharing("a", tcp: 53))
        var other = AddressRequest.sharing("b")
        other.ports = [PortClaim(.udp, 53)]
        #expect(ledger.allocate(other, at: .zero).held == ["10.0.0.0"])
    }

    static let refused: [(AddressRequest, Refusal.SharingRule)] = [
        (AddressRequest("b"), .asksWithoutKey),
        (.sharing("b", key: "other", tcp: 443), .otherKey("k")),
        (.sharing("b", placement: "elsewhere", tcp: 443), .otherPlacement),
        (.sharing("b", tcp: 443, 81, 80, 22), .samePort(PortClaim(.tcp, 80))),
    ]

    @Test("the rule that is broken is named", arguments: refused)
    func rules(asks: AddressRequest, rule: Refusal.SharingRule) {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate(.sharing("a", tcp: 81, 80))
        var request = asks
        request.addresses = ["10.0.0.0"]
        #expect(ledger.allocate(request, at: .zero).refusal == .held("10.0.0.0", by: "a", rule))
        #expect(
            ledger.adopt(["10.0.0.0"], for: asks, at: .zero).refused.map(\.refusal) == [
                .held("10.0.0.0", by: "a", rule)
            ])
    }

    @Test("a holder without a key shares with none")
    func holderWithoutKey() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate("a")
        var request = AddressRequest.sharing("b", tcp: 80)
        request.addresses = ["10.0.0.0"]
        #expect(ledger.allocate(request, at: .zero).refusal == .held("10.0.0.0", by: "a", .heldWithoutKey))
    }

    @Test("who changes a port into a clash is the one to move")
    func portChange() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate(.sharing("a", tcp: 80))
        ledger.allocate(.sharing("b", tcp: 443))
        let moved = ledger.allocate(.sharing("b", tcp: 80))
        #expect(moved.held == ["10.0.0.1"])
        #expect(moved.notes == [.lost("10.0.0.0", .held("10.0.0.0", by: "a", .samePort(PortClaim(.tcp, 80))))])
        #expect(ledger.allocate(.sharing("c", tcp: 443)).held == ["10.0.0.0"])
    }

    @Test("who drops the key leaves a shared address, but keeps one that it has alone")
    func dropsKey() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate(.sharing("a", tcp: 80))
        #expect(ledger.allocate("a").held == ["10.0.0.0"])
        #expect(ledger.allocate(.sharing("b", tcp: 443)).held == ["10.0.0.1"])
        ledger.allocate(.sharing("c", tcp: 80))
        #expect(ledger.allocate("b").held == ["10.0.0.2"])
        #expect(ledger.holders(of: "10.0.0.1") == ["c"])
    }

    @Test("sharing does not lead into a pool that is closed to the Service")
    func closedPool() {
        var ledger = AddressLedger(
            Pool("closed", "10.0.0.0/24") { $0.autoAssign = false }, Pool("open", "10.0.1.0/24"))
        var first = AddressRequest.sharing("a", tcp: 80)
        first.pool = "closed"
        ledger.allocate(first)
        #expect(ledger.allocate(.sharing("b", tcp: 443)).held == ["10.0.1.0"])
    }
}
