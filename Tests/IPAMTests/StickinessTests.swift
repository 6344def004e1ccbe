import IPAM
import NetworkTypes
import Testing

@Suite struct StickinessTests {
    @Test("a Service that drops its request keeps its address")
    func dropsRequest() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate("a") { $0.addresses = ["10.0.0.9"] }
        #expect(ledger.allocate("a").held == ["10.0.0.9"])
    }

    @Test("growing to dual stack keeps the first address, shrinking releases the second")
    func growsAndShrinks() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24", "fd00::/64"))
        #expect(ledger.allocate("a").held == ["10.0.0.0"])
        #expect(ledger.allocate("a") { $0.families = .all([.ipv4, .ipv6]) }.held == ["10.0.0.0", "fd00::"])
        #expect(ledger.allocate("a") { $0.families = .all([.ipv6]) }.held == ["fd00::"])
        #expect(ledger.allocate("a").held == ["fd00::"])
        #expect(ledger.allocate("a") { $0.families = .atLeastOne([.ipv6, .ipv4]) }.held == ["fd00::", "10.0.0.0"])
        #expect(ledger.allocate("a").held == ["fd00::"])
    }

    @Test("a new request moves the Service when it can be had, and else changes nothing")
    func newRequest() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"), Pool("q", "10.0.1.0-10.0.1.0"))
        ledger.allocate("a")
        ledger.allocate("b")
        let moved = ledger.allocate("a") { $0.addresses = ["10.0.0.5"] }
        #expect(moved.held == ["10.0.0.5"] && ledger.holders(of: "10.0.0.0").isEmpty)
        let refused = ledger.allocate("a") { $0.addresses = ["10.0.0.1"] }
        #expect(refused.held == ["10.0.0.5"])
        #expect(refused.refusal == .held("10.0.0.1", by: "b", .asksWithoutKey))
        #expect(ledger.allocate("a") { $0.pool = "q" }.held == ["10.0.1.0"])
        let full = ledger.allocate("b") { $0.pool = "q" }
        #expect(full.held == ["10.0.0.1"])
        #expect(full.refusal?.reason == "PoolFull")
        #expect(full.wantsMore)
    }

    @Test("without an address, a refused request gets nothing instead")
    func noSubstitute() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        let outcome = ledger.allocate("a") { $0.addresses = ["10.9.9.9"] }
        #expect(outcome.held.isEmpty)
        #expect(outcome.refusal == .outsideEveryPool("10.9.9.9", pools: ["p"]))
    }

    @Test("all families or nothing; PreferDualStack takes what there is")
    func families() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        let all = ledger.allocate("a") { $0.families = .all([.ipv4, .ipv6]) }
        #expect(all.held.isEmpty)
        #expect(all.refusal == .noPoolOfFamily(.ipv6, pools: ["p"]))
        let some = ledger.allocate("a") { $0.families = .atLeastOne([.ipv6, .ipv4]) }
        #expect(some.held == ["10.0.0.0"])
        #expect(some.refusal == nil)
        #expect(some.notes == [.without(.ipv6, .noPoolOfFamily(.ipv6, pools: ["p"]))])
        #expect(ledger.allocate("b") { $0.families = .atLeastOne([.ipv6]) }.refusal?.reason == "NoPoolOfFamily")
    }

    @Test("a family that the other pool has no room for stays where it is, and that is told")
    func halfMove() {
        var ledger = AddressLedger(Pool("old", "10.0.0.0/24", "fd00::/120"), Pool("new", "10.0.1.1", "fd01::/120"))
        _ = ledger.allocate("other") { $0.pool = "new" }
        _ = ledger.allocate("a") { $0.families = .atLeastOne([.ipv4, .ipv6]) }
        let outcome = ledger.allocate("a") {
            $0.families = .atLeastOne([.ipv4, .ipv6])
            $0.pool = "new"
        }
        #expect(outcome.held == ["10.0.0.0", "fd01::"] && outcome.refusal == nil)
        #expect(outcome.notes.map(\.reason) == ["PoolFull"])
        #expect(outcome.notes.first?.sentence.hasPrefix("keeps 10.0.0.0: no address is free: pool 'new'") == true)
    }

    @Test("any family: IPv4 first, IPv6 when there is no other")
    func anyFamily() {
        var ledger = AddressLedger(Pool("six", "fd00::/64"), Pool("four", "10.0.0.1-10.0.0.1"))
        #expect(ledger.allocate("a").held == ["10.0.0.1"])
        #expect(ledger.allocate("b").held == ["fd00::"])
        #expect(ledger.allocate("b") { $0.addresses = ["fd00::7"] }.held == ["fd00::7"])
        #expect(ledger.allocate("c") { $0.addresses = ["fd00::8", "10.0.0.1"] }.held == [])
    }

    @Test("a pool edit moves no address; the Service is out of its pool until it is back in one")
    func poolEdit() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate("a")
        #expect(ledger.configure(pools: [Pool("p", "10.0.1.0/24")]) == ["a"])
        let outcome = ledger.allocate("a") { $0.pool = "p" }
        #expect(outcome.held == ["10.0.0.0"])
        #expect(outcome.refusal == nil)
        #expect(outcome.notes == [.outOfPool("10.0.0.0")])
        #expect(ledger.configure(pools: [Pool("p", "10.0.0.0/24")]) == ["a"])
        #expect(ledger.allocate("a").notes == [])
        #expect(ledger.configure(pools: [Pool("p", "10.0.0.0/24")]) == [])
    }

    @Test("a pool that no longer admits the Service leaves it where it is")
    func noLongerAdmitted() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate("a")
        #expect(ledger.configure(pools: [Pool("p", "10.0.0.0/24") { $0.namespaces = ["x"] }]) == ["a"])
        #expect(ledger.allocate("a").held == ["10.0.0.0"])
        #expect(ledger.allocate("a").notes == [.outOfPool("10.0.0.0")])
    }

    @Test("a pool that reassigns takes in Services that are out of theirs, while it has room")
    func reassign() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate("a")
        ledger.allocate("b")
        _ = ledger.configure(pools: [
            Pool("keeps", "10.0.1.0/24"), Pool("takes", "10.0.2.1-10.0.2.1") { $0.onRemoval = .reassign },
        ])
        #expect(ledger.allocate("a").held == ["10.0.2.1"])
        let full = ledger.allocate("b")
        #expect(full.held == ["10.0.0.1"])
        #expect(full.refusal == nil)
        #expect(full.notes == [.outOfPool("10.0.0.1")])
        #expect(ledger.allocate("c").held == ["10.0.1.0"])
    }

    @Test("an address asked for by name is kept out of its pool even where pools reassign")
    func pinned() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"))
        ledger.allocate("a") { $0.addresses = ["10.0.0.3"] }
        _ = ledger.configure(pools: [Pool("p", "10.0.1.0/24") { $0.onRemoval = .reassign }])
        #expect(ledger.allocate("a") { $0.addresses = ["10.0.0.3"] }.held == ["10.0.0.3"])
    }

    @Test("of two addresses the one that is where the Service wants to be is kept")
    func keepsWhatSuits() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24"), Pool("q", "fd00::/64", "10.0.1.0/24"))
        let both = ledger.allocate("a") { $0.families = .all([.ipv4, .ipv6]) }.held
        #expect(both.count == 2)
        #expect(ledger.allocate("a") { $0.pool = "q" }.held == ["fd00::"])
    }

    @Test("one address named and one family free to choose")
    func halfExplicit() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0/24", "fd00::/64"))
        let outcome = ledger.allocate("a") {
            $0.families = .all([.ipv6, .ipv4])
            $0.addresses = ["10.0.0.77"]
        }
        #expect(outcome.held == ["fd00::", "10.0.0.77"])
    }
}
