import BGP
import NetworkTypes
import Testing

/// Every event in every state (RFC 4271 section 8.2.2).
@Suite("The state table of a session")
struct SessionTableTests {
    typealias Start = SessionFixture.Start

    struct Row: CustomTestStringConvertible, Sendable {
        let name: String
        let event: @Sendable (ConnectionID) -> SessionEvent
        /// The state afterwards, for each start: stopped, damped, connect, active, openSent, openConfirm, established.
        let states: [SessionState]
        /// The NOTIFICATION that goes out, for each start; nil is none.
        var sent: [NotificationReason?] = Array(repeating: nil, count: 7)
        var testDescription: String { name }
    }

    static let unchanged: [SessionState] = [.idle, .idle, .connect, .active, .openSent, .openConfirm, .established]

    static func cease(_ subcode: UInt8) -> NotificationReason { NotificationReason(6, subcode) }

    static func connected(_ reason: NotificationReason) -> [NotificationReason?] {
        [nil, nil, nil, nil, reason, reason, reason]
    }

    static func unexpected() -> [NotificationReason?] {
        [nil, nil, nil, nil, NotificationReason(5, 1), NotificationReason(5, 2), NotificationReason(5, 3)]
    }

    static func replacing(_ states: [Int: SessionState]) -> [SessionState] {
        unchanged.enumerated().map { states[$0.offset] ?? $0.element }
    }

    static let commands: [Row] = [
        Row(name: "start", event: { _ in .start }, states: replacing([0: .connect, 1: .connect])),
        Row(
            name: "stop", event: { _ in .stop(.shutdown("bye")) }, states: Array(repeating: .idle, count: 7),
            sent: connected(cease(2))),
        Row(
            name: "stop for good", event: { _ in .stop(.deconfigured) }, states: Array(repeating: .idle, count: 7),
            sent: connected(cease(3))),
        Row(
            name: "stop, out of resources", event: { _ in .stop(.outOfResources) },
            states: Array(repeating: .idle, count: 7), sent: connected(cease(8))),
        Row(
            name: "stop to restart", event: { _ in .stop(.gracefulRestart) }, states: Array(repeating: .idle, count: 7)),
        Row(
            name: "reset", event: { _ in .reset("x") }, states: [.idle] + Array(repeating: .connect, count: 6),
            sent: connected(cease(4))),
        Row(
            name: "another hold time",
            event: { _ in .reconfigure(SessionFixture.configuration { $0.holdTime = .of(30) }) },
            states: [.idle] + Array(repeating: .connect, count: 6), sent: connected(cease(6))),
        Row(
            name: "another retry time",
            event: { _ in .reconfigure(SessionFixture.configuration { $0.timing.connectRetry = .seconds(9) }) },
            states: replacing([1: .connect])),
        Row(
            name: "the same configuration", event: { _ in .reconfigure(SessionFixture.configuration()) },
            states: unchanged),
        Row(name: "BFD up", event: { _ in .bfd(.up) }, states: unchanged),
        Row(name: "BFD down, not followed", event: { _ in .bfd(.down) }, states: unchanged),
        Row(name: "BFD down for administration", event: { _ in .bfd(.adminDown) }, states: unchanged),
        Row(name: "routes to send", event: { _ in .transmit(SessionFixture.update) }, states: unchanged),
    ]

    static let connections: [Row] = [
        Row(name: "the dial succeeds", event: { .connected($0) }, states: replacing([2: .openSent])),
        Row(name: "another dial succeeds", event: { _ in .connected(.outgoing(99)) }, states: unchanged),
        Row(name: "the dial fails", event: { .connectFailed($0, "refused") }, states: replacing([2: .active])),
        Row(name: "another dial fails", event: { _ in .connectFailed(.outgoing(99), "refused") }, states: unchanged),
        Row(
            name: "the peer connects", event: { _ in .accepted(.incoming(1)) },
            states: replacing([2: .openSent, 3: .openSent]),
            sent: [cease(5), cease(5), nil, nil, nil, nil, cease(7)]),
        Row(
            name: "the connection is lost", event: { .closed($0, "reset") },
            states: replacing([4: .active, 5: .active, 6: .active])),
        Row(name: "another connection is lost", event: { _ in .closed(.incoming(9), "reset") }, states: unchanged),
        Row(name: "the transport takes some", event: { .wrote($0, pending: 7) }, states: unchanged),
        Row(name: "the transport takes all", event: { .wrote($0, pending: 0) }, states: unchanged),
    ]

    static let messages: [Row] = [
        Row(
            name: "OPEN", event: { .received($0, SessionFixture.peerOpen().octets) },
            states: replacing([4: .openConfirm, 5: .idle, 6: .idle]),
            sent: [nil, nil, nil, nil, nil, NotificationReason(5, 2), NotificationReason(5, 3)]),
        Row(
            name: "OPEN with an error", event: { .received($0, SessionFixture.peerOpen(asn: ASN(7)).octets) },
            states: replacing([4: .idle, 5: .idle, 6: .idle]),
            sent: [nil, nil, nil, nil, NotificationReason(2, 2), NotificationReason(5, 2), NotificationReason(5, 3)]),
        Row(
            name: "KEEPALIVE", event: { .received($0, SessionFixture.keepalive) },
            states: replacing([4: .idle, 5: .established]),
            sent: [nil, nil, nil, nil, NotificationReason(5, 1), nil, nil]),
        Row(
            name: "UPDATE", event: { .received($0, SessionFixture.update) }, states: replacing([4: .idle, 5: .idle]),
            sent: [nil, nil, nil, nil, NotificationReason(5, 1), NotificationReason(5, 2), nil]),
        Row(
            name: "UPDATE with an error", event: { .received($0, [UInt8](hex: marker + "0017 02 0001 0000")) },
            states: replacing([4: .idle, 5: .idle, 6: .idle]),
            sent: [nil, nil, nil, nil, NotificationReason(5, 1), NotificationReason(5, 2), NotificationReason(3, 1)]),
        Row(
            name: "ROUTE-REFRESH", event: { .received($0, SessionFixture.refresh) },
            states: replacing([4: .idle, 5: .idle]),
            sent: [nil, nil, nil, nil, NotificationReason(5, 1), NotificationReason(5, 2), nil]),
        Row(
            name: "NOTIFICATION of an error",
            event: { .received($0, NotificationMessage(NotificationReason(2, 2)).octets) },
            states: replacing([4: .idle, 5: .idle, 6: .idle])),
        Row(
            name: "NOTIFICATION of a reset",
            event: { .received($0, NotificationMessage(NotificationReason(6, 4)).octets) },
            states: replacing([4: .active, 5: .active, 6: .active])),
        Row(
            name: "a broken header", event: { .received($0, [UInt8](repeating: 0, count: 19)) },
            states: replacing([4: .idle, 5: .idle, 6: .idle]), sent: connected(NotificationReason(1, 1))),
        Row(name: "half a message", event: { .received($0, [255, 255, 255]) }, states: unchanged),
        Row(
            name: "octets of another connection", event: { _ in .received(.incoming(9), SessionFixture.keepalive) },
            states: unchanged),
    ]

    static let timers: [Row] = [
        Row(name: "connect retry", event: { _ in .timerExpired(.connectRetry) }, states: replacing([3: .connect])),
        Row(name: "idle hold", event: { _ in .timerExpired(.idleHold) }, states: replacing([1: .connect])),
        Row(name: "refusal", event: { _ in .timerExpired(.refusal) }, states: unchanged),
        Row(name: "stability", event: { _ in .timerExpired(.stability) }, states: unchanged),
        Row(
            name: "hold", event: { .timerExpired(.hold($0)) },
            states: replacing([4: .active, 5: .active, 6: .active]), sent: connected(NotificationReason(4, 0))),
        Row(name: "keepalive", event: { .timerExpired(.keepalive($0)) }, states: unchanged),
        Row(name: "send hold, not running", event: { .timerExpired(.sendHold($0)) }, states: unchanged),
        Row(
            name: "hold of another connection", event: { _ in .timerExpired(.hold(.incoming(9))) }, states: unchanged),
    ]

    @Test("each event in each state", arguments: commands + connections + messages + timers, Start.allCases)
    func table(row: Row, start: Start) throws {
        let column = try #require(Start.allCases.firstIndex(of: start))
        var fixture = SessionFixture(start)
        #expect(fixture.session.state == Self.unchanged[column])
        fixture.feed(row.event(fixture.id))
        #expect(fixture.session.state == row.states[column])
        #expect(fixture.reasons == [row.sent[column]].compactMap(\.self))
        if row.states[column] != Self.unchanged[column] {
            #expect(
                fixture.effects.contains {
                    if case .report(let state, let why) = $0 {
                        state == row.states[column] && !why.isEmpty
                    } else {
                        false
                    }
                })
        }
    }

    @Test("leaving a state leaves no timer and no connection behind", arguments: Start.allCases)
    func cleanStop(start: Start) {
        var fixture = SessionFixture(start)
        fixture.feed(.wrote(fixture.id, pending: 9))
        fixture.feed(.stop(.deconfigured))
        for timer in [
            SessionTimer.connectRetry, .idleHold, .refusal, .stability, .hold(fixture.id), .keepalive(fixture.id),
            .sendHold(fixture.id),
        ] {
            fixture.feed(.timerExpired(timer))
            #expect(fixture.effects.isEmpty)
        }
    }

    @Test("any order of events ends in a state of the RFC", arguments: 0..<200 as Range<UInt64>)
    func anyOrder(seed: UInt64) {
        let rows = Self.commands + Self.connections + Self.messages + Self.timers
        var random = SeededGenerator(seed: seed)
        var fixture = SessionFixture(.stopped, seed: seed)
        let ids: [ConnectionID] = [.incoming(1), .incoming(2)] + (1...8).map { .outgoing($0) }
        for _ in 0..<300 {
            guard let row = rows.randomElement(using: &random), let id = ids.randomElement(using: &random) else {
                return
            }
            let before = fixture.session.state
            fixture.feed(row.event(id))
            let reported = fixture.effects.compactMap { if case .report(let state, _) = $0 { state } else { nil } }
            #expect(reported == (fixture.session.state == before ? [] : [fixture.session.state]))
        }
    }
}
