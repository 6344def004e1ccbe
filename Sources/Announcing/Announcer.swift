public import LoadBalancing
public import NetworkTypes
public import ServiceLifecycle

/// Makes addresses reachable from the network in one way.
///
/// The reconcile loop owns the desired state; an announcer owns the wire. Announcers know nothing of Services.
public protocol Announcer: Service {
    /// Brings what is announced to equal `desired`: idempotent, and complete each time. It returns once the change has
    /// been taken over; what became of each address is told through `effects`.
    func reconcile(_ desired: AnnouncementSet) async

    /// Takes in the nodes of the cluster, complete each time; none where the source knows of none.
    ///
    /// Whether this node may announce, and who else there is, follows from them and the mode's own settings.
    func setNodes(_ nodes: [NodeName: NodeFacts]) async

    /// Takes in addresses that are likely to be desired next, complete each time, so that what can be found out about them
    /// ahead is.
    func expect(_ addresses: [IPAddress]) async

    /// The newest state of each address that was ever desired, as it changes.
    var effects: KeyedMailbox<IPAddress, AnnouncementEffect.State> { get }

    /// Hands everything over to other nodes where there are any, and withdraws, before the process leaves.
    /// Returns when done, or after `limit`.
    func drain(within limit: Duration) async
}

extension Announcer {
    /// For modes in which nodes do not matter.
    public func setNodes(_ nodes: [NodeName: NodeFacts]) async {}

    /// For modes that have nothing to find out.
    public func expect(_ addresses: [IPAddress]) async {}
}
