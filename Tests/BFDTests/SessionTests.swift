import BFD
import NetworkTypes
import Testing

@Suite("A BFD session")
struct SessionTests {
    /// RFC 5880 section 6.2, rows by own state, columns by the state received.
    static let table: [(State, [State])] = [
        (.adminDown, [.adminDown, .adminDown, .adminDown, .adminDown]),
        (.down, [.down, .initializing, .up, .down]),
        (.initializing, [.down, .initializing, .up, .up]),
        (.up, [.down, .down, .up, .up]),
    ]

    @Test("moves by the table of the RFC", arguments: table)
    func states(from: State, expected: [State]) {
        for (received, state) in zip(State.allCases, expected) {
            var fixture = SessionFixture(from)
            #expect(fixture.session.state == from)
            fixture.hear(received)
            #expect(fixture.session.state == state)
            #expect(fixture.reports.map(\.state) == (state == from ? [] : [state]))
            if state != from { #expect(fixture.sent.first?.state == state) }
            if from == .up, state == .down { #expect(fixture.session.diagnostic == .neighborSignaledDown) }
        }
    }

    @Test("tells the other side's switching off from its going down", arguments: [State.adminDown, .down])
    func remoteState(remote: State) {
        var fixture = SessionFixture(.up)
        fixture.hear(remote)
        #expect(
            fixture.reports == [
                .init(state: .down, diagnostic: .neighborSignaledDown, remoteState: remote)
            ])
    }

    @Test("goes down when nothing is heard", arguments: [State.initializing, .up])
    func detection(state: State) {
        var fixture = SessionFixture(state)
        fixture.feed(.detectionTimerExpired)
        #expect(fixture.reports == [.init(state: .down, diagnostic: .detectionTimeExpired, remoteState: .down)])
        #expect(fixture.sent.map(\.yourDiscriminator) == [nil])
        #expect(fixture.sent.map(\.diagnostic) == [.detectionTimeExpired])
        #expect(fixture.sent.map(\.desiredMinimumTransmit) == [1_000_000])
    }

    @Test("while not up, at most a packet a second goes out", arguments: 0..<50 as Range<UInt64>)
    func slowStart(seed: UInt64) throws {
        for state in [State.down, .initializing] {
            var fixture = SessionFixture(state, seed: seed)
            fixture.feed(.transmitTimerExpired)
            #expect(fixture.sent.map(\.desiredMinimumTransmit) == [1_000_000])
            #expect((.milliseconds(750) ... .seconds(1)).contains(try #require(fixture.transmitTimer)))
        }
    }

    @Test("up: the configured interval with a poll, until the final", arguments: 0..<50 as Range<UInt64>)
    func pollOnUp(seed: UInt64) throws {
        var fixture = SessionFixture(.up, seed: seed)
        #expect(fixture.sent.map(\.isPoll) == [true])
        #expect(fixture.sent.map(\.desiredMinimumTransmit) == [50_000])
        #expect((.microseconds(37_500) ... .milliseconds(50)).contains(try #require(fixture.transmitTimer)))
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.isPoll) == [true])
        fixture.hear(.up) { $0.isFinal = true }
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.isPoll) == [false])
    }

    @Test("a multiplier of one leaves a tenth of the interval as reserve", arguments: 0..<50 as Range<UInt64>)
    func multiplierOne(seed: UInt64) throws {
        let fixture = SessionFixture(.up, seed: seed) { $0.multiplier = 1 }
        #expect((.microseconds(37_500) ... .milliseconds(45)).contains(try #require(fixture.transmitTimer)))
    }

    @Test("the interval is what the slower side wants; the detection time is the peer's")
    func intervals() throws {
        var fixture = SessionFixture(.up)
        fixture.hear(.up) {
            $0.requiredMinimumReceive = 300_000
            $0.desiredMinimumTransmit = 10_000
            $0.multiplier = 5
        }
        #expect(fixture.detectionTimer == .milliseconds(250))
        fixture.feed(.transmitTimerExpired)
        #expect((.milliseconds(225) ... .milliseconds(300)).contains(try #require(fixture.transmitTimer)))
        fixture.hear(.up) { $0.desiredMinimumTransmit = 200_000 }
        #expect(fixture.detectionTimer == .milliseconds(600))
    }

    @Test("an interval that has not changed does not start again with each packet")
    func undisturbedTimer() {
        var fixture = SessionFixture(.up)
        for _ in 0..<10 {
            fixture.hear(.up)
            #expect(fixture.transmitTimer == nil)
        }
    }

    @Test("a poll is answered at once, whatever the timer says")
    func answersPoll() {
        var fixture = SessionFixture(.up)
        fixture.hear(.up) { $0.isPoll = true }
        #expect(fixture.sent.map(\.isFinal) == [true])
        #expect(fixture.sent.map(\.isPoll) == [false])
        #expect(fixture.transmitTimer == nil)
    }

    @Test("a longer transmit interval waits for the final, a shorter one does not")
    func changedTransmit() throws {
        var fixture = SessionFixture(.up)
        fixture.hear(.up) { $0.isFinal = true }
        fixture.feed(.reconfigure(SessionConfiguration(transmitInterval: .milliseconds(200))))
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.desiredMinimumTransmit) == [200_000])
        #expect(fixture.sent.map(\.isPoll) == [true])
        #expect(try #require(fixture.transmitTimer) <= .milliseconds(50))
        fixture.hear(.up) { $0.isFinal = true }
        #expect(fixture.transmitTimer == nil)
        fixture.feed(.transmitTimerExpired)
        #expect(try #require(fixture.transmitTimer) >= .milliseconds(150))
        fixture.feed(.reconfigure(SessionConfiguration(transmitInterval: .milliseconds(60))))
        #expect(try #require(fixture.shortenedTimer) <= .milliseconds(60))
    }

    @Test("a shorter receive interval counts after the final, a longer one at once")
    func changedReceive() {
        var fixture = SessionFixture(.up) { $0.receiveInterval = .milliseconds(100) }
        fixture.hear(.up) { $0.isFinal = true }
        #expect(fixture.detectionTimer == .milliseconds(300))
        fixture.feed(.reconfigure(SessionConfiguration(receiveInterval: .milliseconds(60))))
        fixture.hear(.up)
        #expect(fixture.detectionTimer == .milliseconds(300))
        fixture.hear(.up) { $0.isFinal = true }
        #expect(fixture.detectionTimer == .milliseconds(180))
        fixture.feed(.reconfigure(SessionConfiguration(receiveInterval: .milliseconds(400))))
        fixture.hear(.up)
        #expect(fixture.detectionTimer == .milliseconds(1200))
    }

    @Test("a change during a poll is polled for again")
    func changeDuringPoll() {
        var fixture = SessionFixture(.up)
        fixture.feed(.reconfigure(SessionConfiguration(transmitInterval: .milliseconds(200))))
        fixture.hear(.up) { $0.isFinal = true }
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.isPoll) == [true])
        fixture.hear(.up) { $0.isFinal = true }
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.isPoll) == [false])
    }

    @Test("a peer that can receive nothing gets nothing but answers")
    func zeroReceive() {
        var fixture = SessionFixture(.up)
        fixture.hear(.up) { $0.requiredMinimumReceive = 0 }
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.effects.isEmpty)
        fixture.hear(.up) {
            $0.requiredMinimumReceive = 0
            $0.isPoll = true
        }
        #expect(fixture.sent.map(\.isFinal) == [true])
        fixture.hear(.up)
        #expect(fixture.transmitTimer != nil)
    }

    @Test("a peer that can receive nothing is told of a change of state all the same")
    func zeroReceiveAndChange() {
        var fixture = SessionFixture(.up)
        fixture.hear(.up) { $0.requiredMinimumReceive = 0 }
        fixture.hear(.down) { $0.requiredMinimumReceive = 0 }
        #expect(fixture.sent.map(\.state) == [.down])
        #expect(fixture.transmitTimer == nil)
        fixture.hear(.down) { $0.requiredMinimumReceive = 0 }
        #expect(fixture.sent.map(\.state) == [.initializing])
        fixture.feed(.disable)
        #expect(fixture.sent.map(\.state) == [.adminDown])
        #expect(fixture.transmitTimer == nil)
    }

    @Test("a peer whose wishes change with each packet does not keep the timer from firing")
    func changingWishes() {
        var fixture = SessionFixture(.up)
        fixture.feed(.transmitTimerExpired)
        for round in 0..<20 {
            fixture.hear(.up) { $0.requiredMinimumReceive = [0, 60_000, 200_000][round % 3] }
            #expect(fixture.transmitTimer == nil && fixture.shortenedTimer == nil)
        }
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.count == 1)
        fixture.hear(.up) { $0.requiredMinimumReceive = 1_000 }
        #expect(fixture.shortenedTimer.map { $0 <= .milliseconds(50) } == true)
        #expect(fixture.transmitTimer == nil)
    }

    @Test("a peer in demand mode gets no periodic packets once both are up and no poll is open")
    func demand() {
        var fixture = SessionFixture(.up)
        fixture.hear(.up) { $0.isDemand = true }
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.isPoll) == [true])
        fixture.hear(.up) {
            $0.isDemand = true
            $0.isFinal = true
        }
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.effects.isEmpty)
        fixture.hear(.up) {
            $0.isDemand = true
            $0.isPoll = true
        }
        #expect(fixture.sent.map(\.isFinal) == [true])
        fixture.feed(.reconfigure(SessionConfiguration(transmitInterval: .milliseconds(200))))
        #expect(fixture.transmitTimer != nil)
    }

    @Test("a passive session speaks when spoken to")
    func passive() {
        var fixture = SessionFixture(.down) { $0.role = .passive }
        #expect(fixture.sent.isEmpty)
        #expect(fixture.transmitTimer == nil)
        fixture.hear(.down) { $0.yourDiscriminator = nil }
        #expect(fixture.session.state == .initializing)
        #expect(fixture.sent.count == 1)
        fixture.feed(.detectionTimerExpired)
        #expect(fixture.session.state == .down)
        #expect(fixture.sent.isEmpty)
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.effects.isEmpty)
    }

    @Test("switched off, it says so and goes on saying so")
    func disable() {
        var fixture = SessionFixture(.up)
        fixture.feed(.disable)
        #expect(fixture.sent.map(\.state) == [.adminDown])
        #expect(fixture.sent.map(\.diagnostic) == [.administrativelyDown])
        fixture.hear(.up)
        #expect(fixture.session.state == .adminDown)
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.state) == [.adminDown])
        fixture.feed(.enable)
        #expect(fixture.session.state == .down)
    }

    @Test("the goodbye goes on for the peer's detection time, as fast as packets went before")
    func farewell() throws {
        var fixture = SessionFixture(.up)
        #expect(fixture.session.farewellTime == .zero)
        fixture.feed(.disable)
        #expect(fixture.sent.map(\.desiredMinimumTransmit) == [1_000_000])
        #expect(fixture.session.farewellTime == .milliseconds(150))
        #expect(try #require(fixture.transmitTimer) <= .milliseconds(50))
        fixture.feed(.transmitTimerExpired)
        #expect(fixture.sent.map(\.state) == [.adminDown])
        #expect(try #require(fixture.transmitTimer) <= .milliseconds(50))
        var slow = SessionFixture(.up) { $0.multiplier = 5 }
        slow.hear(.up) { $0.requiredMinimumReceive = 300_000 }
        slow.feed(.disable)
        #expect(slow.session.farewellTime == .milliseconds(1500))
        fixture.feed(.enable)
        fixture.hear(.down)
        #expect(fixture.session.state == .initializing)
        #expect(try #require(fixture.transmitTimer) >= .milliseconds(750))
    }

    @Test("nobody is told goodbye who was not heard or wants nothing")
    func nobodyListens() {
        var alone = SessionFixture(.down)
        alone.feed(.disable)
        #expect(alone.session.farewellTime == .zero)
        var deaf = SessionFixture(.up)
        deaf.hear(.up) { $0.requiredMinimumReceive = 0 }
        deaf.feed(.disable)
        #expect(deaf.sent.map(\.state) == [.adminDown])
        #expect(deaf.session.farewellTime == .zero)
    }

    @Test("packets for another session do nothing")
    func strangers() {
        var fixture = SessionFixture(.up)
        fixture.hear(.down) { $0.yourDiscriminator = ControlPacketTests.discriminator(43) }
        #expect(fixture.effects.isEmpty)
    }

    @Test("any order of events keeps the rules", arguments: 0..<200 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var fixture = SessionFixture(.adminDown, seed: seed)
        for _ in 0..<300 {
            switch Int.random(in: 0..<8, using: &random) {
            case 0: fixture.feed(.enable)
            case 1 where Int.random(in: 0..<4, using: &random) == 0: fixture.feed(.disable)
            case 2: fixture.feed(.detectionTimerExpired)
            case 3: fixture.feed(.transmitTimerExpired)
            case 4:
                fixture.feed(
                    .reconfigure(
                        SessionConfiguration(
                            transmitInterval: .milliseconds(Int64.random(in: -1...9_000_000, using: &random)),
                            receiveInterval: .milliseconds(Int64.random(in: 0...2000, using: &random)),
                            multiplier: UInt8.random(in: 0...9, using: &random))))
            default:
                fixture.hear(State.allCases.randomElement(using: &random) ?? .down) {
                    $0.isPoll = Bool.random(using: &random)
                    $0.isFinal = Bool.random(using: &random)
                    $0.isDemand = Bool.random(using: &random)
                    $0.requiredMinimumReceive =
                        Bool.random(using: &random) ? 0 : UInt32.random(in: 0 ... .max, using: &random)
                    $0.desiredMinimumTransmit = UInt32.random(in: 0 ... .max, using: &random)
                    $0.multiplier = UInt8.random(in: 1...255, using: &random)
                }
            }
            for packet in fixture.sent {
                #expect(!(packet.isPoll && packet.isFinal))
                #expect(packet.requiredMinimumEchoReceive == 0)
                #expect(packet.state == .up || packet.desiredMinimumTransmit >= 1_000_000)
            }
            #expect(fixture.detectionTimer.map { $0 > .zero } ?? true)
            #expect(fixture.transmitTimer.map { $0 > .zero } ?? true)
            #expect(fixture.shortenedTimer.map { $0 > .zero } ?? true)
        }
    }
}
