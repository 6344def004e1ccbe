import BGP
import Configuration
import HostNetwork
import Logging
import NetworkTypes
import PacketLoop

@testable import BGPMode

/// An announcer that knows its host, and speaks with nobody: peers are waited for, and the kernel is asked for nothing.
final class AnnouncerBench: Sendable {
    let loop: PacketLoop
    let announcer: BGPAnnouncer

    static let pools = ["edge", "lab"]

    init(_ settings: BGPSettings) throws {
        loop = try PacketLoop.start(name: "announcer")
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        announcer = BGPAnnouncer(
            loop: loop, network: HostNetwork(loop: loop, logger: logger),
            keeper: AddressKeeper(loop: loop, logger: logger), node: "here", settings: settings, pools: Self.pools,
            isUsed: true, logger: logger)
    }

    deinit { loop.stop() }

    /// One peer that dials, and addresses that live nowhere.
    static func settings(_ change: (inout BGPSettings) -> Void = { _ in }) -> BGPSettings {
        var settings = BGPSettings()
        settings.asn = ASN(64512)
        settings.routerID = RouterID(1)
        settings.attach = .none
        settings.peers = [BGPPeerSettings(name: "tor", address: IPAddress(ipv4: 0x7F00_0002), asn: ASN(64500))]
        settings.peers[0].connect = .passive
        change(&settings)
        return settings
    }

    func configure(_ settings: BGPSettings, pools: [String] = AnnouncerBench.pools) async {
        await announcer.configure(settings, pools: pools, isUsed: true)
    }

    /// Lets the loop do what is due until then.
    func pass(_ duration: Duration) async {
        await withCheckedContinuation { continuation in
            _ = loop.schedule(after: duration) { continuation.resume() }
        }
    }
}

extension BGPAnnouncer {
    /// What `run()` does, but for sockets and the kernel; the process began that long ago.
    func beginAlone(ago uptime: Duration = .zero) {
        begun = loop.now.advanced(by: .zero - uptime)
        isRunning = true
        isHostKnown = true
        areKeysRead = true
        hasSwept = true
        replan()
    }
}
