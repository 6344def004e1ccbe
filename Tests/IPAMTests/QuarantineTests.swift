import IPAM
import NetworkTypes
import Testing

@Suite struct QuarantineTests {
    private static func ledger() -> AddressLedger {
        AddressLedger(Pool("p", "10.0.0.0-10.0.0.1") { $0.quarantine = .seconds(60) })
    }

    @Test("a released address rests before another Service gets it")
    func rests() {
        var ledger = Self.ledger()
        ledger.allocate("a")
        ledger.release("a", at: .seconds(10))
        #expect(ledger.nextQuarantineEnd == .seconds(70))
        #expect(ledger.standing(of: "10.0.0.0") == .quarantined)
        #expect(ledger.usage.map(\.quarantined) == [1])
        #expect(ledger.allocate("b").held == ["10.0.0.1"])
        #expect(ledger.allocate(AddressRequest("c"), at: .seconds(69)).refusal?.reason == "PoolFull")
        let asked = AddressRequest("c") { $0.addresses = ["10.0.0.0"] }
        #expect(
            ledger.allocate(asked, at: .seconds(69)).refusal
                == .quarantined("10.0.0.0", formerOwner: "a", until: .seconds(70)))
        let generation = ledger.generation
        ledger.advance(to: .seconds(70))
        #expect(ledger.generation > generation)
        #expect(ledger.nextQuarantineEnd == nil)
        #expect(ledger.allocate(AddressRequest("c"), at: .seconds(70)).held == ["10.0.0.0"])
    }

    @Test("its former owner may have it back before, asked for or not")
    func formerOwner() {
        for addresses in [[], ["10.0.0.1"]] as [[IPAddress]] {
            var ledger = Self.ledger()
            ledger.allocate("a") { $0.addresses = ["10.0.0.1"] }
            ledger.release("a", at: .zero)
            #expect(ledger.allocate("a") { $0.addresses = addresses }.held == ["10.0.0.1"])
            #expect(ledger.nextQuarantineEnd == nil)
        }
    }

    @Test("the last to leave a shared address starts its rest")
    func shared() {
        var ledger = Self.ledger()
        ledger.allocate(.sharing("a", tcp: 80))
        ledger.allocate(.sharing("b", tcp: 443))
        ledger.release("a", at: .zero)
        #expect(ledger.nextQuarantineEnd == nil)
        ledger.release("b", at: .zero)
        #expect(ledger.standing(of: "10.0.0.0") == .quarantined)
    }

    @Test("what another host defends is nobody's until it is cleared or the time is over")
    func conflict() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.1"))
        ledger.allocate("a")
        #expect(ledger.quarantineConflict("10.0.0.0", until: nil) == ["a"])
        #expect(ledger.allocate("a").held == ["10.0.0.1"])
        #expect(ledger.usage.map(\.conflicted) == [1])
        #expect(ledger.allocate("b").refusal?.reason == "PoolFull")
        #expect(ledger.allocate("b") { $0.addresses = ["10.0.0.0"] }.refusal == .conflicted("10.0.0.0"))
        #expect(ledger.nextQuarantineEnd == nil)
        _ = ledger.quarantineConflict("10.0.0.0", until: .seconds(5))
        #expect(ledger.nextQuarantineEnd == .seconds(5))
        #expect(ledger.allocate(AddressRequest("b"), at: .seconds(5)).held == ["10.0.0.0"])
        ledger.release("b", at: .seconds(5))
        _ = ledger.quarantineConflict("10.0.0.0", until: nil)
        ledger.clearConflict("10.0.0.0")
        #expect(ledger.allocate("b").held == ["10.0.0.0"])
    }

    @Test("a Service in conflict with nowhere to go lets go all the same")
    func nowhereToGo() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.0"))
        ledger.allocate("a")
        _ = ledger.quarantineConflict("10.0.0.0", until: nil)
        let outcome = ledger.allocate("a")
        #expect(outcome.held.isEmpty)
        #expect(outcome.refusal?.reason == "PoolFull")
        #expect(ledger.holders(of: "10.0.0.0").isEmpty)
    }

    @Test("a rest that would outlast the clock never ends and needs no timer")
    func endOfTime() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.0") { $0.quarantine = .seconds(Int64.max) })
        ledger.allocate("a")
        ledger.release("a", at: MonotonicTime(nanoseconds: .max - 1))
        #expect(ledger.standing(of: "10.0.0.0") == .quarantined)
        #expect(ledger.nextQuarantineEnd == nil)
    }

    @Test("a retired address is its former owner's alone until no record names it", arguments: [0, 60])
    func retirement(quarantine: Int64) {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.0") { $0.quarantine = .seconds(quarantine) })
        ledger.allocate("a")
        ledger.release("a", at: .zero)
        ledger.retire(["10.0.0.0"], of: AddressRequest("a"), at: .zero)
        ledger.advance(to: .seconds(1_000_000))
        #expect(ledger.nextQuarantineEnd == nil)
        #expect(ledger.allocate(AddressRequest("b"), at: .seconds(1_000_000)).held == [])
        let generation = ledger.generation
        ledger.retire([], of: AddressRequest("a"), at: .seconds(1_000_000))
        #expect(ledger.nextQuarantineEnd == (quarantine == 0 ? nil : .seconds(1_000_060)))
        ledger.advance(to: .seconds(1_000_060))
        #expect(ledger.generation > generation)
        #expect(ledger.allocate(AddressRequest("b"), at: .seconds(1_000_060)).held == ["10.0.0.0"])
    }

    @Test("an address that others hold is kept from those that could not share it with one whose record names it")
    func retirementOfShared() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.0"))
        ledger.allocate(.sharing("a", tcp: 80))
        ledger.allocate(.sharing("b", tcp: 443))
        ledger.release("a", at: .zero)
        ledger.retire(["10.0.0.0"], of: .sharing("a", tcp: 80), at: .zero)
        #expect(ledger.allocate(.sharing("c", tcp: 80)).held == [])
        #expect(ledger.allocate(.sharing("d", tcp: 53)).held == ["10.0.0.0"])
        #expect(ledger.allocate(.sharing("a", tcp: 80)).held == ["10.0.0.0"])
        ledger.release("a", at: .zero)
        ledger.retire([], of: .sharing("a", tcp: 80), at: .zero)
        #expect(ledger.allocate(.sharing("c", tcp: 80)).held == ["10.0.0.0"])
    }

    @Test("following a record takes in other ports, and keeps what stays")
    func follow() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.0") { $0.quarantine = .seconds(60) })
        #expect(ledger.follow(["10.0.0.0"], for: .sharing("a", tcp: 80), at: .zero).refused.isEmpty)
        _ = ledger.follow(["10.0.0.0"], for: .sharing("b", tcp: 80), at: .zero)
        #expect(ledger.addresses(of: "b").isEmpty)
        _ = ledger.follow(["10.0.0.0"], for: .sharing("a", tcp: 443), at: .zero)
        #expect(ledger.addresses(of: "a") == ["10.0.0.0"])
        _ = ledger.follow(["10.0.0.0"], for: .sharing("b", tcp: 80), at: .zero)
        #expect(ledger.addresses(of: "b") == ["10.0.0.0"])
        let generation = ledger.generation
        #expect(ledger.follow(["10.0.0.0"], for: .sharing("b", tcp: 80), at: .zero).refused.isEmpty)
        #expect(ledger.generation == generation)
    }

    @Test("the generation grows when a sharing Service opens an address that others could not choose")
    func generationOfSharedRoom() {
        var ledger = AddressLedger(Pool("p", "10.0.0.254-10.0.0.255") { $0.skipEdgeAddresses = true })
        ledger.allocate("a")
        ledger.allocate(.sharing("b", tcp: 80))
        let start = ledger.generation
        var edge = AddressRequest.sharing("c", tcp: 443)
        edge.addresses = ["10.0.0.255"]
        ledger.allocate(edge)
        #expect(ledger.generation > start)
        #expect(ledger.allocate(.sharing("b", tcp: 80)).held == ["10.0.0.255"])

        var resting = Self.ledger()
        resting.allocate(.sharing("a", tcp: 80))
        resting.release("a", at: .zero)
        resting.allocate("x")
        resting.allocate(.sharing("b", tcp: 443))
        let before = resting.generation
        resting.allocate(.sharing("a", tcp: 80))
        #expect(resting.generation > before)
        #expect(resting.allocate(.sharing("b", tcp: 443)).held == ["10.0.0.0"])
    }

    @Test("the generation grows only when a refused Service might fare better")
    func generation() {
        var ledger = AddressLedger(Pool("p", "10.0.0.0-10.0.0.1"))
        let start = ledger.generation
        ledger.allocate("a")
        ledger.allocate("b")
        ledger.allocate("c")
        ledger.allocate("a")
        ledger.allocate("c") { $0.addresses = ["10.9.9.9"] }
        ledger.release("nobody", at: .zero)
        #expect(ledger.generation == start)
        ledger.release("b", at: .zero)
        #expect(ledger.generation > start)
    }
}
