import IPAM
import NetworkTypes

/// A Service and what the planner has decided for it so far.
struct PlannedService: Equatable, Sendable {
    var service: LoadBalancerService
    /// Nil: the Service is ours.
    var claimRefusal: ClaimPolicy.Refusal?
    /// What the ledger holds for it.
    var held: [IPAddress] = []
    /// Why it has not got what it asks for.
    var refusal: Obstacle?
    /// What is worth telling about what it has.
    var notes: [AllocationOutcome.Note] = []
    /// The hash of what was last handed out, so that it is handed out again only when it differs.
    var lastOutcome: Int?
    /// The addresses that it stated as in effect.
    var statedIngress: [IPAddress]?
    /// The record that was last handed out.
    var lastRecord: [IPAddress]?
    /// What was handed out before, when writes of it may still be under way.
    var replacedRecords: Set<IPAddress> = []
    /// When this node writes the status.
    var statusRule = StatusRule()
    /// Whether it does so now.
    var speaksOfStatus = false
    /// When the Service was first seen: endpoints come a moment after it.
    var firstSeen = MonotonicTime.zero
    /// What was last told to people.
    var told = Told()

    /// The facts that events are about; an event is due when one of them changes.
    struct Told: Hashable, Sendable {
        var held: [IPAddress] = []
        var refusal: Obstacle?
        var notes: [AllocationOutcome.Note] = []
        var announcedHere: [IPAddress] = []
        var obstacle: Obstacle?
    }

    /// Addresses that are held and whose record has been written: those that may be announced.
    var recorded: [IPAddress] {
        let recorded = service.recordedAddresses
        return held.filter(recorded.contains)
    }

    /// All that its record names, or may come to name.
    var possiblyRecorded: Set<IPAddress> {
        replacedRecords.union(service.recordedAddresses).union(lastRecord ?? [])
    }
}
