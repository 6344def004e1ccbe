import Membership
import NetworkTypes

/// Hosts that send heartbeats which this version cannot read, so that nodes of two versions do not ignore each other in
/// silence.
struct ForeignHeartbeats {
    private struct Sender {
        var version: UInt8
        var lastHeard: MonotonicTime
    }

    /// A host that was not heard for so long is no news any more.
    static let memory = Duration.seconds(30)
    /// More hosts than these are not kept apart.
    static let limit = 16

    private var senders: [IPAddress: Sender] = [:]

    /// Looks at a datagram; returns a sentence when it is the first of its kind from that host.
    mutating func note(_ datagram: ArraySlice<UInt8>, from host: IPAddress, at now: MonotonicTime) -> String? {
        guard let version = HeartbeatFormat.foreignVersion(of: datagram) else {
            // What it sends can be read again.
            if !senders.isEmpty { senders[host] = nil }
            return nil
        }
        forget(before: now)
        let isKnown = senders[host]?.version == version
        guard isKnown || senders.count < Self.limit else { return nil }
        senders[host] = Sender(version: version, lastHeard: now)
        return isKnown ? nil : sentence(at: now)
    }

    /// What is wrong, and what to do about it; nil while only our own format is heard.
    func sentence(at now: MonotonicTime) -> String? {
        let current = senders.filter { $0.value.lastHeard.advanced(by: Self.memory) > now }
        guard !current.isEmpty else { return nil }
        let list = current.sorted { $0.key < $1.key }.map { "\($0.key) (format \($0.value.version))" }
        return
            "heartbeats that cannot be read come from \(list.joined(separator: ", ")), and this herald speaks format "
            + "\(HeartbeatFormat.version): such nodes do not know of each other and may both announce an address; "
            + "bring all nodes to one version of herald"
    }

    private mutating func forget(before now: MonotonicTime) {
        senders = senders.filter { $0.value.lastHeard.advanced(by: Self.memory) > now }
    }
}
