import NetworkTypes
import Testing

@testable import IPAM

@Suite struct RefusalTests {
    private static let usage = PoolUsage(
        pool: "edge", family: .ipv4, size: 16, free: 0, used: 13, quarantined: 2, conflicted: 0, reserved: 1)

    static let sentences: [(Refusal, String, String)] = [
        (.noPools, "NoPools", "no address pool is configured; add one under pools"),
        (
            .noPoolAdmits(
                "web/a",
                [
                    .init(name: "p", exclusion: .namespace), .init(name: "q", exclusion: .labels),
                    .init(name: "r", exclusion: .onlyOnRequest),
                ]), "NoPoolAdmits",
            "no pool is open to Service web/a: 'p' is not for namespace 'web', 'q' selects other labels,"
                + " 'r' is given on request only; name a pool with herald-lb.io/pool or widen one"
        ),
        (
            .unknownPool("x", known: ["a", "b"]), "UnknownPool",
            "there is no pool 'x'; name one of pools 'a', 'b' with herald-lb.io/pool"
        ),
        (
            .unknownPool("x", known: ["a"]), "UnknownPool",
            "there is no pool 'x'; name pool 'a' with herald-lb.io/pool"
        ),
        (
            .poolDoesNotAdmit("web/a", .init(name: "p", exclusion: .labels)), "PoolDoesNotAdmit",
            "pool 'p' selects other labels, so Service web/a may not use it; name another pool or widen this one"
        ),
        (
            .noPoolOfFamily(.ipv6, pools: ["a"]), "NoPoolOfFamily",
            "pool 'a' has no IPv6 addresses; add some or change spec.ipFamilies"
        ),
        (
            .noPoolOfFamily(.ipv4, pools: ["1", "2", "3", "4", "5", "6", "7"]), "NoPoolOfFamily",
            "pools '1', '2', '3', '4', '5' and 2 more have no IPv4 addresses; add some or change spec.ipFamilies"
        ),
        (
            .poolsFull([usage]), "PoolFull",
            "no address is free: pool 'edge' has 16 IPv4 addresses, 13 used, 2 in quarantine, 1 reserved;"
                + " add addresses or delete a Service"
        ),
        (
            .poolsFull([]), "PoolFull",
            "no pool open to the Service has any address; add some under pools"
        ),
        (
            .outsideEveryPool("10.9.9.9", pools: ["edge"]), "AddressOutsidePools",
            "10.9.9.9 is in no pool; ask for an address of pool 'edge', or add it to a pool"
        ),
        (
            .outsideNamedPool("10.9.9.9", pool: "edge"), "AddressOutsidePool",
            "10.9.9.9 is not in pool 'edge', which the Service asks for too; drop one of the two requests"
        ),
        (
            .held("10.0.0.1", by: "web/a", .asksWithoutKey), "AddressHeld",
            "10.0.0.1 is held by Service web/a; ask for another address, or give both Services the same"
                + " herald-lb.io/share key"
        ),
        (
            .held("10.0.0.1", by: "web/a", .heldWithoutKey), "AddressHeld",
            "10.0.0.1 is held by Service web/a, which shares with none; ask for another address, or give it the same"
                + " herald-lb.io/share key"
        ),
        (
            .held("10.0.0.1", by: "web/a", .otherKey("k")), "AddressHeld",
            "10.0.0.1 is held by Service web/a, whose herald-lb.io/share key is 'k'; ask for another address, or use"
                + " that key"
        ),
        (
            .held("10.0.0.1", by: "web/a", .otherPlacement), "AddressHeld",
            "10.0.0.1 is held by Service web/a, whose traffic may enter at other nodes; to share it, set"
                + " externalTrafficPolicy: Cluster on both or select the same pods"
        ),
        (
            .held("10.0.0.1", by: "web/a", .samePort(PortClaim(.tcp, 80))), "AddressHeld",
            "10.0.0.1 is held by Service web/a, and both use port 80/TCP; change one of the ports or ask for another"
                + " address"
        ),
        (
            .reserved("10.0.0.1"), "AddressReserved",
            "10.0.0.1 belongs to a node or interface, or is the first or last of its subnet; ask for another address"
        ),
        (
            .clusterIP("10.0.0.1"), "ClusterIP",
            "10.0.0.1 is the cluster IP of a Service; ask for another address, and take it out of the pool"
        ),
        (
            .clusterRange("10.96.0.1", AddressRange("10.96.0.1")), "ClusterIP",
            "10.96.0.1 is in 10.96.0.1, from which the cluster gives cluster IPs (ServiceCIDR); ask for another address,"
                + " and take that range out of the pool"
        ),
        (
            .conflicted("10.0.0.1"), "AddressConflicted",
            "another host on the network answers for 10.0.0.1; find and stop it, or ask for another address"
        ),
        (
            .quarantined("10.0.0.1", formerOwner: "web/a", until: .zero), "AddressQuarantined",
            "10.0.0.1 rests since Service web/a let go of it; wait until its quarantine ends, or ask for another"
                + " address"
        ),
        (
            .unconfirmedRecord("10.9.9.9"), "RecordNotConfirmed",
            "10.9.9.9 is on record in herald-lb.io/assigned, which herald alone writes, but is in no pool open to the Service"
                + " and not confirmed by its status; ask for an address of a pool with herald-lb.io/addresses"
        ),
        (
            .twoOfOneFamily("10.0.0.1", "10.0.0.2"), "TwoAddressesOfFamily",
            "10.0.0.1 and 10.0.0.2 are both IPv4; ask for one address of each family"
        ),
        (
            .familyNotAsked("10.0.0.1", asked: [.ipv6]), "FamilyNotAsked",
            "10.0.0.1 is IPv4, but the Service asks for IPv6; change spec.ipFamilies or the address"
        ),
        (
            .notAssignable("224.0.0.1"), "AddressNotAssignable",
            "224.0.0.1 cannot belong to a host; ask for a unicast address"
        ),
    ]

    @Test("every refusal has a code and a sentence with a cure", arguments: sentences)
    func sentence(refusal: Refusal, reason: String, sentence: String) {
        #expect(refusal.reason == reason)
        #expect(refusal.sentence == sentence)
        #expect(refusal.reason.first?.isUppercase == true)
    }

    @Test("a pool whose free addresses are all left out says so")
    func leftOut() {
        var ledger = AddressLedger(Pool("p", "10.0.0.255-10.0.1.0") { $0.skipEdgeAddresses = true })
        #expect(
            ledger.allocate("a").refusal?.sentence
                == "no address is free: pool 'p' has 2 IPv4 addresses, the others are left out by skipEdgeAddresses;"
                + " add addresses or delete a Service")
    }

    @Test("notes say what is so and what to do")
    func notes() {
        let notes: [AllocationOutcome.Note] = [
            .outOfPool("10.0.0.1"), .without(.ipv6, .noPools), .kept("10.0.0.1", .noPools),
            .lost("10.0.0.1", .reserved("10.0.0.1")), .ignored("10.0.0.1", .noPools),
        ]
        #expect(notes.map(\.reason) == ["OutOfPool", "FamilyUnavailable", "NoPools", "AddressLost", "NoPools"])
        #expect(
            notes.map(\.sentence) == [
                "10.0.0.1 is in no pool open to the Service, which keeps it; to move it, ask for an address of a pool"
                    + " with herald-lb.io/addresses, or set onRemoval: reassign on a pool",
                "no IPv6 address: no address pool is configured; add one under pools",
                "keeps 10.0.0.1: no address pool is configured; add one under pools",
                "gave up 10.0.0.1: 10.0.0.1 belongs to a node or interface, or is the first or last of its subnet;"
                    + " ask for another address",
                "no address pool is configured; add one under pools",
            ])
    }

    /// Pool `p` of 10.0.0.0/28; `q` of 10.0.1.0/28 for namespace `shop`.
    private static let pools = [
        Pool("p", "10.0.0.0/28"), Pool("q", "10.0.1.0/28") { $0.namespaces = ["shop"] },
    ]

    static let requests: [(AddressRequest, Refusal)] = [
        (AddressRequest("a") { $0.pool = "x" }, .unknownPool("x", known: ["p", "q"])),
        (
            AddressRequest("a") { $0.pool = "q" },
            .poolDoesNotAdmit("a", .init(name: "q", exclusion: .namespace))
        ),
        (
            AddressRequest("a") { $0.addresses = ["10.0.1.1"] },
            .poolDoesNotAdmit("a", .init(name: "q", exclusion: .namespace))
        ),
        (
            AddressRequest("a") {
                $0.addresses = ["10.0.0.1"]
                $0.pool = "q"
            }, .outsideNamedPool("10.0.0.1", pool: "q")
        ),
        (AddressRequest("a") { $0.addresses = ["10.0.2.1"] }, .outsideEveryPool("10.0.2.1", pools: ["p", "q"])),
        (AddressRequest("a") { $0.families = .all([.ipv6]) }, .noPoolOfFamily(.ipv6, pools: ["p"])),
        (AddressRequest("a") { $0.addresses = ["::1"] }, .notAssignable("::1")),
        (
            AddressRequest("a") { $0.addresses = ["10.0.0.1", "10.0.0.2"] },
            .twoOfOneFamily("10.0.0.1", "10.0.0.2")
        ),
        (
            AddressRequest("a") {
                $0.addresses = ["10.0.0.1"]
                $0.families = .all([.ipv6])
            }, .familyNotAsked("10.0.0.1", asked: [.ipv6])
        ),
    ]

    @Test("a request is refused for what is wrong with it", arguments: requests)
    func refuses(request: AddressRequest, refusal: Refusal) {
        var ledger = AddressLedger()
        _ = ledger.configure(pools: Self.pools)
        #expect(ledger.allocate(request, at: .zero).refusal == refusal)
        #expect(ledger.addresses(of: request.service) == [])
    }

    @Test("no pools, and none that admits")
    func nothingConfigured() {
        var ledger = AddressLedger()
        for change in [{ _ in }, { $0.pool = "x" }, { $0.addresses = ["10.0.0.1"] }] as [(inout AddressRequest) -> Void]
        {
            #expect(ledger.allocate("a", change: change).refusal == .noPools)
        }
        _ = ledger.configure(pools: [Pool("q", "10.0.1.0/28") { $0.autoAssign = false }])
        #expect(ledger.allocate("a").refusal == .noPoolAdmits("a", [.init(name: "q", exclusion: .onlyOnRequest)]))
    }
}
