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

    /// The newest state of each address that was ever desired, as it changes.
    var effects: KeyedMailbox<IPAddress, AnnouncementEffect.State> { get }

    /// Hands everything over to other nodes where there are any, and withdraws, before the process leaves.
    /// Returns when done, or after `limit`.
    func drain(within limit: Duration) async
}
