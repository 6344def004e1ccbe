import AddressResolution
import Configuration
import Netlink
import NetworkTypes

/// One interface that addresses are announced on: who we are there, what we answer and when we announce.
struct Segment: Sendable {
    let link: LinkIndex
    var name: String
    var responder: Responder
    var prober: Prober
    var schedule: AnnouncementSchedule
    /// Addresses placed on the interface.
    var addresses: Set<IPAddress> = []
    /// Addresses that are likely to be placed on it next.
    var expected: Set<IPAddress> = []
    /// Attached, and not yet announced for the first time.
    var unannounced: Set<IPAddress> = []
    /// What the kernel does on the interface; nil until the sockets are open.
    var settings: InterfaceSettings?

    init(_ link: Link, in network: NetworkState, _ arp: ARPSettings, seed: UInt64) {
        self.link = link.index
        name = link.name
        let station = Self.station(of: link, in: network, settings: nil)
        responder = Responder(station: station)
        prober = Prober(station: station, mode: ProbeMode(arp.conflictDetection), seed: seed)
        schedule = AnnouncementSchedule(settings: .init(refresh: arp.reannouncement))
    }

    /// Takes in changes of the link and returns whether our hardware address there is another one.
    mutating func update(_ link: Link, in network: NetworkState) -> Bool {
        name = link.name
        let former = responder.station.hardwareAddress
        responder.station = Self.station(of: link, in: network, settings: settings)
        prober.station = responder.station
        return former != responder.station.hardwareAddress
    }

    private static func station(of link: Link, in network: NetworkState, settings: InterfaceSettings?) -> Station {
        let siblings = network.links.values.compactMap { $0.index == link.index ? nil : $0.macAddress }
        let linkLocal = network.addresses(on: link.index).lazy.map(\.address).first {
            $0.family == .ipv6 && $0.isLinkLocal
        }
        return Station(
            hardwareAddress: link.macAddress ?? .zero, siblings: Set(siblings), advertisementSource: linkLocal,
            isRouter: settings?.forwardsIPv6 == 1)
    }
}

extension ARPSettings {
    /// Nil: only at first.
    var reannouncement: Duration? { reannounce > .zero ? reannounce : nil }
    /// What the monitor goes by.
    var conflictPolicy: ConflictMonitor.Policy {
        switch onConflict {
        case .yield: .yield
        case .hold: .hold
        }
    }
}

extension ProbeMode {
    init(_ detection: ARPSettings.ConflictDetection) {
        self =
            switch detection {
            case .fast: .fast
            case .rfc5227: .rfc5227
            case .off: .off
            }
    }
}
