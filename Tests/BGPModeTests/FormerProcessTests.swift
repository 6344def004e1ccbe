import BGP
import NetworkTypes
import Testing

@testable import BGPMode

@Suite("FormerProcess")
struct FormerProcessTests {
    private static func session(restartTime: UInt16?, holdTime: UInt16 = 90) throws -> SessionConfiguration {
        var session = SessionConfiguration(
            localASN: ASN(64512), peerASN: ASN(64500), identifier: try #require(RouterID(1)))
        session.holdTime = try #require(HoldTime(seconds: holdTime))
        if let restartTime {
            session.gracefulRestart = .init()
            session.gracefulRestart?.restartTime = restartTime
        }
        return session
    }

    @Test("a machine that was just started has forwarded nothing, unless addresses of a former process are there")
    func restart() throws {
        let session = try Self.session(restartTime: 120)
        #expect(!FormerProcess(uptime: .seconds(60)).hasForwarded(for: session))
        #expect(FormerProcess(hasLeftAddresses: true, uptime: .seconds(60)).hasForwarded(for: session))
    }

    @Test("a machine that has run for longer than peers keep routes has forwarded all the time")
    func uptime() throws {
        let session = try Self.session(restartTime: 120)
        #expect(!FormerProcess(uptime: .seconds(210)).hasForwarded(for: session))
        #expect(FormerProcess(uptime: .seconds(211)).hasForwarded(for: session))
        #expect(FormerProcess(uptime: .seconds(121)).hasForwarded(for: try Self.session(restartTime: 120, holdTime: 0)))
    }

    @Test("without graceful restart nothing is promised")
    func none() throws {
        let session = try Self.session(restartTime: nil)
        #expect(!FormerProcess(hasLeftAddresses: true, uptime: .seconds(9000)).hasForwarded(for: session))
    }
}
