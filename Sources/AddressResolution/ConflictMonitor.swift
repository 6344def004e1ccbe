public import NetworkTypes

/// Decides what to do when someone else claims an address that this node owns (RFC 5227 section 2.4).
///
/// The first claim is answered by one announcement. One more within 10 s of it means that the other host holds on to
/// the address, and so does the fourth that comes within ten minutes: a host that speaks seldom draws clients away all
/// the same. A node of ours is never fought: which of the two yields is decided by who owns the address, elsewhere.
public struct ConflictMonitor: Sendable {
    /// What to do when the other host holds on.
    public enum Policy: Hashable, Sendable {
        /// Give the address up: (b) of RFC 5227 section 2.4.
        case yield
        /// Defend it again, once every 10 s: (c).
        case hold
    }

    /// What the caller does about a claim.
    public enum Effect: Hashable, Sendable {
        /// Announce the address once.
        case defend(IPAddress, against: MACAddress)
        /// Stop using the address.
        case lost(IPAddress, to: MACAddress)
        /// Another node of ours claims the address.
        case memberClaim(IPAddress, by: MACAddress)
    }

    /// The interfaces of the other Herald nodes.
    public var members: Set<MACAddress>
    /// What follows when another host holds on to an address.
    public var policy: Policy
    private let settleTime: Duration
    /// What was done for an owned address against others.
    private struct Defence {
        var first: MonotonicTime
        var last: MonotonicTime
        var count = 1
    }

    private var defences: [IPAddress: Defence] = [:]

    /// DEFEND_INTERVAL of RFC 5227 section 1.1.
    public static let defendInterval = Duration.seconds(10)
    /// How often an address is defended within `memory` before it counts as lost.
    public static let mostDefences = 3
    /// How long the first of several defences counts.
    public static let memory = Duration.seconds(600)

    /// - Parameter settleTime: claims this soon after a defence were made before it could be heard, as by a host that
    ///   announces in several frames at once, and do not count.
    public init(
        policy: Policy = .yield, members: Set<MACAddress> = [], settleTime: Duration = .milliseconds(100)
    ) {
        self.policy = policy
        self.members = members
        self.settleTime = settleTime
    }

    /// Takes a claim of an owned address by another host; nil when nothing is to be done, as for a probe, which has
    /// been answered.
    public mutating func handle(_ claim: Claim) -> Effect? {
        guard claim.kind == .use else { return nil }
        if members.contains(claim.hardwareAddress) {
            return .memberClaim(claim.address, by: claim.hardwareAddress)
        }
        guard var defence = defences[claim.address], defence.first.duration(to: claim.time) < Self.memory else {
            defences[claim.address] = Defence(first: claim.time, last: claim.time)
            return .defend(claim.address, against: claim.hardwareAddress)
        }
        let silence = defence.last.duration(to: claim.time)
        let isHeldOn = silence < Self.defendInterval
        if isHeldOn, silence < settleTime || policy == .hold { return nil }
        if policy == .yield, isHeldOn || defence.count >= Self.mostDefences {
            defences[claim.address] = nil
            return .lost(claim.address, to: claim.hardwareAddress)
        }
        defence.last = claim.time
        defence.count += 1
        defences[claim.address] = defence
        return .defend(claim.address, against: claim.hardwareAddress)
    }

    /// Drops what is remembered about an address that this node no longer owns.
    public mutating func forget(_ address: IPAddress) {
        defences[address] = nil
    }
}
