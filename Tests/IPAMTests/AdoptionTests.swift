import IPAM
import NetworkTypes
import Testing

@Suite struct AdoptionTests {
    @Test("takes up what is on record, in or out of a pool")
    func adopts() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24", "fd00::/64"))
        let outcome = ledger.adopt(["10.0.0.7", "fd01::1"], for: AddressRequest("a"), at: .zero)
        #expect(outcome.refused.isEmpty)
        #expect(ledger.addresses(of: "a") == ["10.0.0.7", "fd01::1"])
        #expect(ledger.adopt(["10.0.0.7", "10.0.0.7"], for: AddressRequest("a"), at: .zero).refused.isEmpty)
        #expect(ledger.addresses(of: "a") == ["10.0.0.7", "fd01::1"])
    }

    @Test("refuses what is another's, a node's, in conflict, of a family it has, or no host's")
    func refuses() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        #expect(ledger.reserve(["10.0.0.2"]) == [])
        #expect(ledger.quarantineConflict("10.0.0.3", until: nil) == [])
        ledger.allocate("a")
        let outcome = ledger.adopt(
            ["10.0.0.0", "10.0.0.2", "10.0.0.3", "224.0.0.1", "10.0.0.8", "10.0.0.9"], for: AddressRequest("b"),
            at: .zero)
        #expect(ledger.addresses(of: "b") == ["10.0.0.8"])
        #expect(
            outcome.refused.map(\.refusal) == [
                .held("10.0.0.0", by: "a", .asksWithoutKey), .reserved("10.0.0.2"), .conflicted("10.0.0.3"),
                .notAssignable("224.0.0.1"), .twoOfOneFamily("10.0.0.8", "10.0.0.9"),
            ])
    }

    @Test("a node that takes an address moves its Service, and frees it when it goes")
    func reserved() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.1"))
        ledger.allocate("a")
        #expect(ledger.reserve(["10.0.0.0"]) == ["a"])
        let outcome = ledger.allocate("a")
        #expect(outcome.held == ["10.0.0.1"])
        #expect(outcome.notes == [.lost("10.0.0.0", .reserved("10.0.0.0"))])
        #expect(ledger.usage.map(\.reserved) == [1])
        #expect(ledger.allocate("b").refusal?.reason == "PoolFull")
        let generation = ledger.generation
        #expect(ledger.reserve([]) == [])
        #expect(ledger.generation > generation)
        #expect(ledger.allocate("b").held == ["10.0.0.0"])
    }
}
