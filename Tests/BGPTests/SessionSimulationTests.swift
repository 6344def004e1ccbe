import BGP
import NetworkTypes
import Testing

@Suite("Two sessions against each other")
struct SessionSimulationTests {
    static func pair(
        identifiers: (UInt32, UInt32) = (1, 2), _ edit: (inout SessionConfiguration) -> Void = { _ in }
    ) -> [SessionConfiguration] {
        var first = SessionConfiguration(
            localASN: ASN(64512), peerASN: ASN(64513), identifier: .numbered(identifiers.0))
        var second = SessionConfiguration(
            localASN: ASN(64513), peerASN: ASN(64512), identifier: .numbered(identifiers.1))
        for mode in [SessionConfiguration.ConnectionMode.both] {
            first.mode = mode
            second.mode = mode
        }
        edit(&first)
        edit(&second)
        return [first, second]
    }

    @Test("both dial at the same moment: one session, within two tries", arguments: 0..<100 as Range<UInt64>)
    func simultaneousDials(seed: UInt64) {
        var simulation = SessionSimulation(
            Self.pair(identifiers: seed.isMultiple(of: 2) ? (1, 2) : (2, 1)), seed: seed)
        simulation.feed(0, .start)
        simulation.feed(1, .start)
        simulation.run(seconds: 10)
        #expect(simulation.verdict == "one session")
        #expect(simulation.dials[0] <= 2 && simulation.dials[1] <= 2)
        simulation.run(seconds: 600)
        #expect(simulation.verdict == "one session")
        #expect(simulation.establishments[0] <= 2 && simulation.establishments[1] <= 2)
    }

    @Test(
        "cuts, resets, silence and reconfiguration: a session comes back each time", arguments: 0..<100 as Range<UInt64>
    )
    func recovery(seed: UInt64) {
        var simulation = SessionSimulation(
            Self.pair {
                $0.holdTime = .of(9)
                if seed.isMultiple(of: 3) { $0.gracefulRestart = .init() }
            }, seed: seed)
        simulation.feed(0, .start)
        simulation.feed(1, .start)
        var random = SeededGenerator(seed: seed ^ 0xABCD)
        for _ in 0..<20 {
            let side = Int.random(in: 0...1, using: &random)
            switch Int.random(in: 0..<6, using: &random) {
            case 0: simulation.cut()
            case 1: simulation.feed(side, .reset("again"))
            case 2:
                simulation.feed(side, .stop(.shutdown("")))
                simulation.run(seconds: Int64.random(in: 0...20, using: &random))
                simulation.feed(side, .start)
            case 3:
                simulation.isConnected = false
                simulation.cut()
                simulation.run(seconds: Int64.random(in: 0...30, using: &random))
                simulation.isConnected = true
            case 4:
                var configuration = simulation.sessions[side].configuration
                configuration.holdTime = .of(UInt16.random(in: 3...30, using: &random))
                simulation.feed(side, .reconfigure(configuration))
            default: simulation.run(seconds: Int64.random(in: 0...5, using: &random))
            }
        }
        simulation.run(seconds: 180)
        #expect(simulation.verdict == "one session")
    }

    @Test("one side only listens, the other only dials", arguments: 0..<20 as Range<UInt64>)
    func oneWay(seed: UInt64) {
        var configurations = Self.pair()
        configurations[0].mode = .active
        configurations[1].mode = .passive
        var simulation = SessionSimulation(configurations, seed: seed)
        simulation.feed(0, .start)
        simulation.run(seconds: 3)
        simulation.feed(1, .start)
        simulation.run(seconds: 20)
        #expect(simulation.verdict == "one session")
        #expect(simulation.dials[1] == 0)
    }
}
