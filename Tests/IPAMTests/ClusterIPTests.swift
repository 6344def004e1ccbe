import NetworkTypes
import Testing

@testable import IPAM

/// Addresses that the cluster uses inside.
@Suite struct ClusterIPTests {
    private func ranges(_ texts: String...) -> [AddressRange] { texts.compactMap { CIDR($0)?.range } }

    @Test("of a pool that overlaps the ranges of cluster IPs only the rest is chosen", arguments: Pool.Order.allCases)
    func choice(order: Pool.Order) {
        var ledger = AddressLedger(Pool("p", "10.96.0.0/29") { $0.order = order })
        ledger.setClusterRanges(ranges("10.96.0.0/31", "10.96.0.4/30", "10.96.0.4/31"))
        let held = ["a", "b"].map { ledger.allocate(ServiceKey(stringLiteral: $0)).held }
        #expect(Set(held.joined()) == ["10.96.0.2", "10.96.0.3"])
        let refusal = ledger.allocate("c").refusal
        #expect(
            refusal?.sentence
                == "no address is free: pool 'p' has 8 IPv4 addresses, 2 used, 6 in the cluster's range of cluster IPs;"
                + " add addresses or delete a Service")
        ledger.setClusterRanges([])
        #expect(ledger.allocate("c").held.count == 1)
    }

    @Test("a pool that lies in such a range as a whole says so")
    func whole() {
        var ledger = AddressLedger(Pool("p", "fd00::/112"))
        ledger.setClusterRanges(ranges("fd00::/108"))
        #expect(
            ledger.allocate("a").refusal?.sentence
                == "no address is free: pool 'p' has 65536 IPv6 addresses, 65536 in the cluster's range of cluster IPs;"
                + " add addresses or delete a Service")
    }

    @Test("with skipEdgeAddresses, what the ranges leave is numbered without gaps too")
    func edges() {
        var ledger = AddressLedger(Pool("p", "10.96.0.252-10.96.1.2") { $0.skipEdgeAddresses = true })
        ledger.setClusterRanges(ranges("10.96.0.253/32"))
        let held = ["a", "b", "c", "d"].map { ledger.allocate(ServiceKey(stringLiteral: $0)).held }
        #expect(held == [["10.96.0.252"], ["10.96.0.254"], ["10.96.1.1"], ["10.96.1.2"]])
        #expect(ledger.allocate("e").refusal?.reason == "PoolFull")
    }

    @Test("a request for an address of such a range is refused")
    func request() {
        var ledger = AddressLedger(Pool("p", "10.96.0.0/24"))
        ledger.setClusterRanges(ranges("10.96.0.0/16"))
        let outcome = ledger.allocate(AddressRequest("a") { $0.addresses = ["10.96.0.9"] }, at: .zero)
        #expect(outcome.refusal == .clusterRange("10.96.0.9", ranges("10.96.0.0/16")[0]))
        #expect(outcome.held.isEmpty)
    }

    @Test("what is held of a pool stays when a range comes to hold it; what no pool ever had is not taken up")
    func held() {
        var ledger = AddressLedger(Pool("p", "10.96.0.0/24"))
        ledger.allocate("a")
        ledger.setClusterRanges(ranges("10.96.0.0/16"))
        #expect(ledger.allocate("a").held == ["10.96.0.0"])
        let outcome = ledger.adopt(["10.96.7.7"], for: AddressRequest("b"), at: .zero)
        #expect(ledger.addresses(of: "b").isEmpty)
        #expect(outcome.refused.map(\.refusal) == [.clusterRange("10.96.7.7", ranges("10.96.0.0/16")[0])])
        #expect(ledger.adopt(["10.96.0.7"], for: AddressRequest("b"), at: .zero).refused.isEmpty)
        #expect(ledger.addresses(of: "b") == ["10.96.0.7"])
    }

    @Test("the cluster IP of a Service moves whoever holds it, and is free when it is one no more")
    func exact() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.1"))
        ledger.allocate("a")
        #expect(ledger.reserveClusterIPs(["10.0.0.0"]) == ["a"])
        let outcome = ledger.allocate("a")
        #expect(outcome.held == ["10.0.0.1"])
        #expect(outcome.notes == [.lost("10.0.0.0", .clusterIP("10.0.0.0"))])
        #expect(ledger.standing(of: "10.0.0.0") == .reserved)
        #expect(ledger.reserve(["10.0.0.0"]) == [])
        #expect(ledger.reserveClusterIPs([]) == [])
        #expect(ledger.standing(of: "10.0.0.0") == .reserved, "a node has it still")
        #expect(ledger.reserve([]) == [])
        #expect(ledger.allocate("b").held == ["10.0.0.0"])
    }
}
