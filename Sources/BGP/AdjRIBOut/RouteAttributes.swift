public import NetworkTypes

/// What a route is to carry, before the rules of a session turn it into path attributes.
public struct RouteAttributes: Hashable, Sendable {
    /// Where the route comes from.
    public var origin = Origin.igp
    /// How often the AS is repeated in the path, beyond the once that is due; eBGP only.
    public var prepends: UInt8 = 0
    /// MULTI_EXIT_DISC, or none.
    public var multiExitDiscriminator: UInt32?
    /// LOCAL_PREF for iBGP peers, 100 when not set.
    public var localPreference: UInt32?
    /// In any order; repetitions are dropped.
    public var communities: [Community] = []
    /// In any order; repetitions are dropped.
    public var extendedCommunities: [ExtendedCommunity] = []
    /// In any order; repetitions are dropped.
    public var largeCommunities: [LargeCommunity] = []
    /// Instead of the session's own address; counts where its family can be the next hop.
    public var nextHop: IPAddress?

    /// Nothing special.
    public init() {}
}
