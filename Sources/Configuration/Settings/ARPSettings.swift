/// `arp`: how addresses are announced by ARP and NDP.
public struct ARPSettings: Hashable, Sendable {
    /// Where an owned address lives.
    public enum Attachment: String, Hashable, Sendable, CaseIterable {
        /// On the interface it is announced on, with a lifetime.
        case interface
        /// On a device that vanishes with the process, with a lifetime.
        case link
        /// Nowhere: it is answered from user space.
        case none
    }

    /// How addresses are laid on nodes.
    public enum Election: String, Hashable, Sendable, CaseIterable {
        /// Evenly.
        case spread
        /// All on one, as far as it can serve them.
        case leader
    }

    /// How long the network is asked whether an address is free before it is first taken.
    public enum ConflictDetection: String, Hashable, Sendable, CaseIterable {
        /// 40 ms.
        case fast
        /// 4 to 7 s (RFC 5227 section 1.1).
        case rfc5227
        /// Not at all.
        case off
    }

    /// What becomes of an address that this node has, when a host that is no node holds on to it.
    public enum ConflictAnswer: String, Hashable, Sendable, CaseIterable {
        /// It is left to the other host (RFC 5227 section 2.4 (b)).
        case yield
        /// It is defended every 10 s (RFC 5227 section 2.4 (c)).
        case hold
    }

    /// Which interfaces may announce; empty: the one whose subnet holds the address.
    public var interfaces: [InterfacePattern] = []
    /// Where an owned address lives.
    public var attach = Attachment.interface
    /// How addresses are laid on nodes.
    public var election = Election.spread
    /// What precedes the first claim of an address.
    public var conflictDetection = ConflictDetection.fast
    /// What follows when another host holds on to an address in effect.
    public var onConflict = ConflictAnswer.yield
    /// How often an address in effect is announced again; zero: not after the first 5 s.
    public var reannounce = Duration.seconds(60)
    /// Which nodes may own addresses.
    public var nodes = NodeChoice()
    /// How long an attached address outlives the process: whole seconds, more than twice `refresh`.
    public var lifetime = Duration.seconds(5)
    /// How often the lifetime starts again.
    public var refresh = Duration.seconds(2)

    /// Every default.
    public init() {}
}
