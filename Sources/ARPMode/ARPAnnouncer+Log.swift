import LoadBalancing
import Logging
import Membership
import NetworkTypes

// What people read in the log, and what is counted.
extension ARPAnnouncer {
    func log(_ note: Custody.Note) {
        tally.count(note)
        switch note {
        case .memberChanged(let name, let reach):
            logger.notice("node's reach changed", metadata: ["node.name": "\(name)", "reach": "\(reach.rawValue)"])
        case .claimed(let claims):
            for (reason, addresses) in Dictionary(grouping: claims.keys, by: { claims[$0] ?? .fresh }) {
                logger.notice("addresses claimed", metadata: Self.metadata(addresses, because: "\(reason.text)"))
            }
        case .released(let releases):
            for (reason, addresses) in Dictionary(grouping: releases.keys, by: { releases[$0] ?? .notWanted }) {
                logger.notice("addresses let go", metadata: Self.metadata(addresses, because: "\(reason.text)"))
            }
        case .paused:
            logger.warning("this process did not run for some time; it answers for nothing until it has heard others")
        case .resumed: logger.notice("answers go on")
        case .contested(let address, let name, _):
            logger.warning(
                "a node that is not heard announces an address of this one, which yields",
                metadata: ["service.address": "\(address)", "node.name": "\(name)"])
        case .conflicted(let address, let station, let interface):
            logger.error(
                "another host has the address",
                metadata: [
                    "service.address": "\(address)", "station": "\(station)", "interface.name": "\(interface)",
                ])
        case .defended(let address, let station, let interface):
            logger.warning(
                "another host claims an address of this node; it was announced again",
                metadata: [
                    "service.address": "\(address)", "station": "\(station)", "interface.name": "\(interface)",
                ])
        }
    }

    /// At most ten addresses are named.
    private static func metadata(_ addresses: [IPAddress], because reason: String) -> Logger.Metadata {
        let named = addresses.sorted().prefix(10).map(\.description).joined(separator: " ")
        let rest = addresses.count > 10 ? " and \(addresses.count - 10) more" : ""
        return ["service.addresses": "\(named)\(rest)", "reason": "\(reason)"]
    }
}

/// What happened since the start, for metrics.
struct Tally {
    var claims: [String: Int] = [:]
    var conflicts = 0
    var pauses = 0
    var releases: [String: Int] = [:]
    var contests = 0

    mutating func count(_ note: Custody.Note) {
        switch note {
        case .claimed(let addresses): for reason in addresses.values { claims[reason.word, default: 0] += 1 }
        case .conflicted: conflicts += 1
        case .paused: pauses += 1
        case .released(let addresses): for reason in addresses.values { releases[reason.word, default: 0] += 1 }
        case .contested: contests += 1
        case .memberChanged, .resumed, .defended: break
        }
    }
}

extension ClaimReason {
    /// For metrics.
    fileprivate var word: String {
        switch self {
        case .fresh: "fresh"
        case .takeover: "takeover"
        case .handover: "handover"
        case .adoption: "adoption"
        }
    }
}

extension ClaimReason {
    /// For the log.
    fileprivate var text: String {
        switch self {
        case .fresh: "no node has had it"
        case .takeover(let name): "its owner \(name.map(\.text) ?? "") is gone"
        case .handover(let name): "\(name.map(\.text) ?? "its owner") gives it away"
        case .adoption: "this node had it before the restart"
        }
    }
}

extension ReleaseReason {
    /// For metrics.
    fileprivate var word: String {
        switch self {
        case .notWanted: "not_wanted"
        case .yielded: "yielded"
        case .cannotServe: "cannot_serve"
        case .notEligible: "not_eligible"
        case .leaving: "leaving"
        }
    }

    /// For the log.
    fileprivate var text: String {
        switch self {
        case .notWanted: "it is not wanted any more"
        case .yielded(let name): "\(name.map(\.text) ?? "another node") has it"
        case .cannotServe: "no interface here can serve it"
        case .notEligible: "this node may not own it"
        case .leaving: "this node leaves"
        }
    }
}
