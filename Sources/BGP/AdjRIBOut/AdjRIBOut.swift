public import NetworkTypes

/// The routes that one peer is to have, and what must be sent so that it has them (RFC 4271 section 3.2).
///
/// Messages are pulled: the driver asks for more when the transport has room, so a slow peer costs no more memory than
/// its routes do. One changed route costs the same among ten thousand as alone.
public struct AdjRIBOut: Sendable {
    /// The least time between the beginnings of two refreshes of a family; requests meanwhile count as one.
    public var refreshSpacing: Duration = .milliseconds(100)

    private var policy: ExportPolicy
    private var negotiated: Negotiated?
    private var isSetComplete = false
    private var ipv4 = FamilyTable(family: .ipv4)
    private var ipv6 = FamilyTable(family: .ipv6)

    /// No routes, and no session yet.
    public init(policy: ExportPolicy) {
        self.policy = policy
    }

    // MARK: - What the peer is to have

    /// Wants a route, with these attributes from now on; nil is to want it no more.
    public mutating func set(_ prefix: CIDR, _ route: RouteAttributes?) {
        switch prefix.family {
        case .ipv4: ipv4.set(prefix, route)
        case .ipv6: ipv6.set(prefix, route)
        }
    }

    /// Wants exactly these routes.
    public mutating func replaceAll(with routes: [CIDR: RouteAttributes]) {
        for prefix in ipv4.desired.keys where routes[prefix] == nil { ipv4.set(prefix, nil) }
        for prefix in ipv6.desired.keys where routes[prefix] == nil { ipv6.set(prefix, nil) }
        for (prefix, route) in routes { set(prefix, route) }
    }

    /// Says that the wanted routes are all there are; until then nothing is sent, so that a restart does not begin
    /// with an End-of-RIB that takes every route away.
    public mutating func completeSet() {
        guard !isSetComplete else { return }
        isSetComplete = true
        if ipv4.run == .initial { ipv4.oweEverything() }
        if ipv6.run == .initial { ipv6.oweEverything() }
    }

    /// Shows the routes in another way; only those that look different are sent again.
    public mutating func setPolicy(_ policy: ExportPolicy) {
        guard policy != self.policy else { return }
        self.policy = policy
        guard let negotiated else { return }
        let exporter = Exporter(policy: policy, negotiated: negotiated)
        if ipv4.exporter != nil { ipv4.adopt(exporter) }
        if ipv6.exporter != nil { ipv6.adopt(exporter) }
    }

    /// Adds GRACEFUL_SHUTDOWN to every route and takes preference away, or ends that (RFC 8326).
    public mutating func setShuttingDown(_ isShuttingDown: Bool) {
        var policy = policy
        policy.isShuttingDown = isShuttingDown
        setPolicy(policy)
    }

    // MARK: - What the session says

    /// A session is established: the peer has nothing of us.
    public mutating func sessionEstablished(_ negotiated: Negotiated) {
        self.negotiated = negotiated
        let exporter = Exporter(policy: policy, negotiated: negotiated)
        ipv4.begin(negotiated.families.contains(.ipv4) ? exporter : nil)
        ipv6.begin(negotiated.families.contains(.ipv6) ? exporter : nil)
        if isSetComplete {
            ipv4.oweEverything()
            ipv6.oweEverything()
        }
    }

    /// The session is over.
    public mutating func sessionLost() {
        negotiated = nil
        ipv4.begin(nil)
        ipv6.begin(nil)
    }

    /// The peer wants all routes of a family again; a thousand requests are answered like one.
    public mutating func refresh(_ family: AddressFamily) {
        switch family {
        case .ipv4: if ipv4.exporter != nil { ipv4.isRefreshWanted = true }
        case .ipv6: if ipv6.exporter != nil { ipv6.isRefreshWanted = true }
        }
    }

    // MARK: - What is to be sent

    /// Whole messages of about `limit` octets in all (one message more at most), or nothing when the peer has all.
    ///
    /// What was returned counts as sent. Withdrawals come first.
    public mutating func nextMessages(limit: Int, at now: MonotonicTime) -> [UInt8] {
        guard negotiated != nil, isSetComplete else { return [] }
        ipv4.startRefresh(at: now, spacing: refreshSpacing)
        ipv6.startRefresh(at: now, spacing: refreshSpacing)
        var octets: [UInt8] = []
        while octets.count < limit, let message = nextMessage() { octets += message }
        return octets
    }

    private mutating func nextMessage() -> [UInt8]? {
        ipv4.nextWithdrawal() ?? ipv6.nextWithdrawal() ?? ipv4.nextMessage() ?? ipv6.nextMessage()
    }

    /// When a refresh that was asked for may begin, if one must wait: ask for messages then.
    public var nextRefresh: MonotonicTime? {
        [ipv4, ipv6].compactMap { $0.isRefreshWanted && $0.run == .none ? $0.refreshDue(refreshSpacing) : nil }.min()
    }

    /// Whether the peer has been told all there is; refreshes that must wait do not count.
    public var isSynchronized: Bool {
        guard negotiated != nil else { return false }
        return isSetComplete && [ipv4, ipv6].allSatisfy { $0.pending.isEmpty && $0.run == .none }
    }

    /// How many routes the peer has.
    public var sentCount: Int { ipv4.sent.count + ipv6.sent.count }
    /// How many routes of a family the peer has.
    public func sentCount(_ family: AddressFamily) -> Int { family == .ipv4 ? ipv4.sent.count : ipv6.sent.count }

    /// Whether the peer has the route as it is wanted.
    public func isAnnounced(_ prefix: CIDR) -> Bool {
        prefix.family == .ipv4 ? ipv4.isAnnounced(prefix) : ipv6.isAnnounced(prefix)
    }

    /// The prefixes that the peer has, and what they carry before the rules of the session; in no order.
    public var announced: [(prefix: CIDR, route: RouteAttributes)] {
        [ipv4, ipv6].flatMap { table in
            table.sent.keys.compactMap { prefix in table.desired[prefix].map { (prefix, $0) } }
        }
    }

    /// Why a wanted route is not announced; nil when it is, or when it is not wanted.
    public func refusal(of prefix: CIDR) -> ExportRefusal? {
        let table = prefix.family == .ipv4 ? ipv4 : ipv6
        guard let route = table.desired[prefix] else { return nil }
        return negotiated == nil ? .noSession : table.refusal(of: route)
    }
}
