import BFD
import NetworkTypes
import Testing

/// Two sessions on a line with delay and loss, under a virtual clock.
struct SessionLine {
    var sessions: [Session]
    var now: Int64 = 0
    /// Chance that a packet is lost, in percent.
    var loss = 0
    var reports: [[(time: Int64, report: Session.Report)]] = [[], []]
    var packets = [0, 0]
    private var random: SeededGenerator
    private var arrivals: [(time: Int64, side: Int, packet: ControlPacket)] = []
    /// When the last packet to each side arrives: a link keeps the order.
    private var lastArrival: [Int64] = [0, 0]
    private var transmit: [Int64?] = [nil, nil]
    private var transmitStart: [Int64] = [0, 0]
    private var detection: [Int64?] = [nil, nil]

    init(seed: UInt64, _ configurations: [SessionConfiguration]) {
        random = SeededGenerator(seed: seed)
        sessions = configurations.enumerated().map {
            Session(
                configuration: $1, discriminator: ControlPacketTests.discriminator(UInt32($0 + 1)),
                seed: seed &* 2 &+ UInt64($0))
        }
    }

    mutating func feed(_ side: Int, _ event: Session.Event) {
        for effect in sessions[side].handle(event) {
            switch effect {
            case .send(let packet):
                packets[side] += 1
                guard Int.random(in: 0..<100, using: &random) >= loss else { continue }
                let time = max(now + Int64.random(in: 50...400, using: &random), lastArrival[1 - side] + 1)
                lastArrival[1 - side] = time
                arrivals.append((time, 1 - side, packet))
            case .startTransmitTimer(let duration):
                transmitStart[side] = now
                transmit[side] = now + duration.wholeNanoseconds / 1000
            case .shortenTransmitTimer(let duration):
                let time = max(now, transmitStart[side] + duration.wholeNanoseconds / 1000)
                transmit[side] = transmit[side].map { min($0, time) }
            case .startDetectionTimer(let duration): detection[side] = now + duration.wholeNanoseconds / 1000
            case .stopDetectionTimer: detection[side] = nil
            case .report(let report): reports[side].append((now, report))
            }
        }
    }

    mutating func run(milliseconds: Int64) {
        let end = now + milliseconds * 1000
        while true {
            let arrival = arrivals.indices.min { arrivals[$0].time < arrivals[$1].time }
            let times = [arrival.map { arrivals[$0].time }, transmit[0], transmit[1], detection[0], detection[1]]
            guard let next = times.compactMap(\.self).min(), next <= end else { break }
            now = next
            if let arrival, arrivals[arrival].time == next {
                let packet = arrivals.remove(at: arrival)
                feed(packet.side, .received(packet.packet))
            } else if let side = transmit.firstIndex(of: next) {
                transmit[side] = nil
                feed(side, .transmitTimerExpired)
            } else if let side = detection.firstIndex(of: next) {
                detection[side] = nil
                feed(side, .detectionTimerExpired)
            }
        }
        now = end
    }

    /// A peer that forgets everything and comes back with another discriminator.
    mutating func restart(_ side: Int, discriminator: UInt32) {
        sessions[side] = Session(
            configuration: sessions[side].configuration,
            discriminator: ControlPacketTests.discriminator(discriminator), seed: 99)
        transmit[side] = nil
        detection[side] = nil
        feed(side, .enable)
    }

    var states: [State] { sessions.map(\.state) }
}

@Suite("Two BFD sessions on a line")
struct SessionSimulationTests {
    static func line(
        seed: UInt64, _ first: SessionConfiguration = .init(), _ second: SessionConfiguration = .init()
    ) -> SessionLine {
        var line = SessionLine(seed: seed, [first, second])
        line.feed(0, .enable)
        line.feed(1, .enable)
        return line
    }

    @Test("come up and stay up", arguments: 0..<50 as Range<UInt64>)
    func comeUp(seed: UInt64) {
        var line = Self.line(seed: seed)
        line.run(milliseconds: 2_000)
        #expect(line.states == [.up, .up])
        let before = line.packets
        line.run(milliseconds: 10_000)
        #expect(
            line.reports.allSatisfy {
                $0.last?.report.state == .up && $0.filter { $0.report.state == .down }.count == 1
            })
        // 200 intervals of 50 ms less up to a quarter.
        for side in 0...1 { #expect((200...270).contains(line.packets[side] - before[side])) }
    }

    @Test("silence is noticed after the detection time", arguments: 0..<50 as Range<UInt64>)
    func silence(seed: UInt64) throws {
        var line = Self.line(seed: seed)
        line.run(milliseconds: 3_000 + Int64(seed))
        line.loss = 100
        let cut = line.now
        line.run(milliseconds: 300)
        for side in 0...1 {
            let last = try #require(line.reports[side].last)
            #expect(last.report.diagnostic == .detectionTimeExpired)
            #expect((100_000...151_000).contains(last.time - cut))
        }
        line.loss = 0
        line.run(milliseconds: 4_000)
        #expect(line.states == [.up, .up])
    }

    @Test("a restarted peer is up again within four seconds", arguments: 0..<50 as Range<UInt64>)
    func restart(seed: UInt64) {
        var line = Self.line(seed: seed)
        line.run(milliseconds: 3_000)
        line.restart(1, discriminator: 1234)
        line.run(milliseconds: 4_000)
        #expect(line.states == [.up, .up])
    }

    @Test(
        "one packet in ten may be lost without anyone noticing at eight times 50 ms", arguments: 0..<50 as Range<UInt64>
    )
    func loss(seed: UInt64) {
        let configuration = SessionConfiguration(multiplier: 8)
        var line = Self.line(seed: seed, configuration, configuration)
        line.run(milliseconds: 3_000)
        line.loss = 10
        line.run(milliseconds: 20_000)
        #expect(line.states == [.up, .up])
        #expect(line.reports.allSatisfy { $0.filter { $0.report.state == .down }.count == 1 })
    }

    @Test("intervals change in both directions without a session going down", arguments: 0..<50 as Range<UInt64>)
    func reconfiguration(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var line = Self.line(seed: seed)
        line.run(milliseconds: 3_000)
        for _ in 0..<30 {
            let side = Int.random(in: 0...1, using: &random)
            let configuration = SessionConfiguration(
                transmitInterval: .milliseconds(Int64.random(in: 10...900, using: &random)),
                receiveInterval: .milliseconds(Int64.random(in: 10...900, using: &random)))
            line.feed(side, .reconfigure(configuration))
            line.run(milliseconds: Int64.random(in: 0...3000, using: &random))
        }
        #expect(line.states == [.up, .up])
        #expect(line.reports.allSatisfy { $0.filter { $0.report.state == .down }.count == 1 })
    }

    @Test("a passive side comes up with an active one, two passive ones never do", arguments: 0..<10 as Range<UInt64>)
    func passive(seed: UInt64) {
        let passive = SessionConfiguration(role: .passive)
        var mixed = Self.line(seed: seed, passive)
        mixed.run(milliseconds: 3_000)
        #expect(mixed.states == [.up, .up])
        var silent = Self.line(seed: seed, passive, passive)
        silent.run(milliseconds: 9_000)
        #expect(silent.packets == [0, 0])
    }
}
