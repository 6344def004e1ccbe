import NetworkTypes
import Testing

@testable import AddressResolution

/// A driver on a virtual clock, and the segment's ear.
struct ProbeRun {
    var prober: Prober
    private(set) var sent: [(frame: [UInt8], time: MonotonicTime)] = []
    private(set) var decided: [(effect: Prober.Effect, time: MonotonicTime)] = []

    init(_ mode: ProbeMode, seed: UInt64 = 7) {
        prober = Prober(station: station, mode: mode, seed: seed)
    }

    mutating func start(_ address: IPAddress, at now: MonotonicTime = .zero) {
        note(prober.start(address, at: now), at: now)
    }

    mutating func run(until end: MonotonicTime) {
        while let wake = prober.nextWake, wake <= end { note(prober.advance(to: wake), at: wake) }
    }

    mutating func hear(_ frame: [UInt8]?, at now: MonotonicTime) throws {
        note(prober.handle(try ResolutionFrame(frame), at: now), at: now)
    }

    private mutating func note(_ effects: [Prober.Effect], at now: MonotonicTime) {
        for effect in effects {
            switch effect {
            case .send(let frame): sent.append((frame, now))
            case .free, .conflict: decided.append((effect, now))
            }
        }
    }

    var outcome: [Prober.Effect] { decided.map(\.effect) }
    var sentTimes: [Duration] { sent.map { MonotonicTime.zero.duration(to: $0.time) } }
}

@Suite("Whether an address is free")
struct ProberTests {
    @Test("fast: probes at 0 and 20 ms, decision at 40 ms", arguments: [vip4, vip6])
    func fast(address: IPAddress) {
        var run = ProbeRun(.fast)
        run.start(address)
        run.run(until: milliseconds(1_000))
        #expect(run.sentTimes == [.zero, .milliseconds(20)])
        #expect(run.outcome == [.free(address)])
        #expect(run.decided.first?.time == milliseconds(40))
        #expect(run.prober.nextWake == nil)
    }

    @Test(
        "rfc5227: three probes 1 to 2 s apart after at most 1 s, decision 2 s after the last",
        arguments: 0..<50 as Range<UInt64>)
    func rfc5227(seed: UInt64) throws {
        var run = ProbeRun(.rfc5227, seed: seed)
        run.start(vip4)
        run.run(until: milliseconds(60_000))
        try #require(run.sent.count == 3)
        #expect(run.sentTimes[0] <= .seconds(1))
        for (earlier, later) in zip(run.sentTimes, run.sentTimes.dropFirst()) {
            #expect((Duration.seconds(1)...Duration.seconds(2)).contains(later - earlier))
        }
        #expect(run.outcome == [.free(vip4)])
        #expect(run.sent[2].time.duration(to: run.decided[0].time) == .seconds(2))
    }

    @Test("rfc5227, IPv6: one solicitation after at most 1 s, decision a second later")
    func rfc4862() throws {
        var run = ProbeRun(.rfc5227)
        run.start(vip6)
        run.run(until: milliseconds(60_000))
        try #require(run.sent.count == 1)
        #expect(run.sentTimes[0] <= .seconds(1))
        #expect(run.sent[0].time.duration(to: run.decided[0].time) == .seconds(1))
    }

    @Test("off: free at once, nothing sent", arguments: [vip4, vip6])
    func off(address: IPAddress) {
        var run = ProbeRun(.off)
        run.start(address)
        #expect(run.outcome == [.free(address)])
        #expect(run.sent.isEmpty)
    }

    @Test("what is sent is a probe that claims nothing")
    func sendsProbes() throws {
        var run = ProbeRun(.fast)
        run.start(vip4)
        run.start(vip6)
        #expect(run.sent.first?.frame == ARPPacket.probe(for: vip4, from: ours)?.frame(to: .broadcast))
        let frame = try ResolutionFrame(run.sent.last?.frame)
        #expect(frame.header.destination == solicited)
        #expect(frame.claim(at: .zero).kind == .probe)
    }

    static let conflicts: [[UInt8]?] = [
        ARPPacket.gratuitousReply(for: vip4, at: theirs)?.frame(to: .broadcast),
        ARPPacket.gratuitousRequest(for: vip4, at: theirs)?.frame(to: .broadcast),
        ARPPacket.probe(for: vip4, from: ours)?.reply(from: theirs).frame(to: ours),
        ARPPacket.request(for: client4, from: vip4, at: theirs)?.frame(to: .broadcast),
        ARPPacket.probe(for: vip4, from: theirs)?.frame(to: .broadcast),
        NeighborPacket.answerToProbe(for: vip6, at: theirs)?.frame(from: theirs),
        NeighborPacket.announcement(of: vip6, at: theirs)?.frame(from: theirs),
        NeighborPacket.probe(for: vip6)?.frame(from: theirs),
        NeighborPacket.probe(for: vip6, nonce: [1, 2, 3, 4, 5, 6])?.frame(from: theirs),
        NeighborPacket.solicitation(for: client6, from: vip6, at: theirs)?.frame(from: theirs),
    ]

    @Test(
        "another's use or probe of the address is a conflict, until the decision",
        arguments: conflicts, [0, 10, 39] as [Int64])
    func conflict(frame: [UInt8]?, time: Int64) throws {
        let address = try ResolutionFrame(frame).claim(at: .zero).address
        var run = ProbeRun(.fast)
        run.start(address)
        run.run(until: milliseconds(time))
        try run.hear(frame, at: milliseconds(time))
        run.run(until: milliseconds(1_000))
        #expect(run.outcome == [.conflict(address, by: theirs)])
        try run.hear(frame, at: milliseconds(1_000))
        #expect(run.decided.count == 1)
    }

    @Test("others' questions about the address, and claims of other addresses, are none")
    func noConflict() throws {
        let other = IPAddress(ipv4: 0xC000_020B)
        var run = ProbeRun(.fast)
        run.start(vip4)
        run.start(vip6)
        for frame in [
            ARPPacket.request(for: vip4, from: client4, at: theirs)?.frame(to: .broadcast),
            ARPPacket.gratuitousReply(for: other, at: theirs)?.frame(to: .broadcast),
            ARPPacket.probe(for: other, from: theirs)?.frame(to: .broadcast),
            NeighborPacket.solicitation(for: vip6, from: client6, at: theirs)?.frame(from: theirs),
        ] {
            try run.hear(frame, at: milliseconds(5))
        }
        run.run(until: milliseconds(100))
        #expect(run.outcome == [.free(vip4), .free(vip6)])
    }

    @Test("our own probes that come back are no conflict, even with another source on the frame")
    func loops() throws {
        var run = ProbeRun(.fast)
        run.start(vip4)
        run.start(vip6)
        run.run(until: milliseconds(20))
        for (frame, _) in run.sent {
            try run.hear(frame, at: milliseconds(21))
            guard frame[12] == 0x86 else { continue }
            try run.hear(Array(frame[..<6]) + theirs.octets + frame[12...], at: milliseconds(22))
        }
        run.run(until: milliseconds(100))
        #expect(run.outcome == [.free(vip4), .free(vip6)])
    }

    @Test("two nodes that probe at once both hear of it")
    func simultaneous() throws {
        for address in [vip4, vip6] {
            var one = ProbeRun(.fast, seed: 1)
            var other = Prober(station: Station(hardwareAddress: theirs), mode: .fast, seed: 2)
            one.start(address)
            let answer = other.start(address, at: .zero)
            guard case .send(let frame) = answer.first else { throw CancellationError() }
            try one.hear(frame, at: milliseconds(1))
            let heard = other.handle(try ResolutionFrame(one.sent.first?.frame), at: milliseconds(1))
            #expect(one.outcome == [.conflict(address, by: theirs)])
            #expect(heard == [.conflict(address, by: ours)])
        }
    }

    @Test("a process that was held up still listens after its last probe")
    func heldUp() {
        var prober = Prober(station: station, mode: .fast, seed: 1)
        #expect(prober.start(vip4, at: .zero).count == 1)
        #expect(prober.advance(to: milliseconds(5_000)).count == 1)
        #expect(prober.nextWake == milliseconds(5_020))
        #expect(prober.advance(to: milliseconds(5_020)) == [.free(vip4)])
    }

    @Test("an address that is cancelled is not decided")
    func cancels() {
        var run = ProbeRun(.fast)
        run.start(vip4)
        run.prober.cancel(vip4)
        run.run(until: milliseconds(100))
        #expect(run.decided.isEmpty)
        #expect(run.prober.nextWake == nil)
    }

    @Test("1,000 addresses at once are decided within a second, at the pace of announcements")
    func many() {
        var run = ProbeRun(.fast)
        for address in addresses(1_000) { run.start(address) }
        run.run(until: milliseconds(1_000))
        #expect(run.decided.count == 1_000)
        #expect(run.sent.count == 2_000)
        #expect(run.sent.filter { $0.time <= milliseconds(10) }.count <= 225)
    }

    @Test("rfc5227: after 10 conflicts in a row one address a minute is asked for, until one is free")
    func restraint() throws {
        var run = ProbeRun(.rfc5227)
        let all = addresses(12)
        for address in all.prefix(10) {
            run.start(address)
            try run.hear(ARPPacket.gratuitousReply(for: address, at: theirs)?.frame(to: .broadcast), at: .zero)
        }
        #expect(run.decided.count == 10)
        let before = run.sent.count
        run.start(all[10], at: milliseconds(100))
        run.run(until: milliseconds(59_999))
        #expect(run.sent.count == before)
        run.run(until: milliseconds(80_000))
        #expect(run.outcome.last == .free(all[10]))
        run.start(all[11], at: milliseconds(80_000))
        run.run(until: milliseconds(81_000))
        #expect(run.sent.count == before + 4)
    }
}
