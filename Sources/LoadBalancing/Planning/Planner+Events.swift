import IPAM
import NetworkTypes

extension Planner {
    /// How long a new Service may be without an endpoint before it is worth an event: pods take a while to start.
    static let beginning = Duration.seconds(10)

    mutating func facts(of entry: PlannedService, at now: MonotonicTime) -> PlannedService.Told {
        var obstacle = entry.claimRefusal == nil ? announcementObstacle(of: entry) : nil
        let grown = entry.firstSeen.advanced(by: Self.beginning)
        if obstacle?.reason == "NoEndpoint", now < grown, entry.told.announcedHere.isEmpty {
            obstacle = nil
            troubleWakes[entry.service.key] = grown
        } else {
            troubleWakes[entry.service.key] = nil
        }
        return PlannedService.Told(
            held: entry.held, refusal: entry.refusal, notes: entry.notes,
            announcedHere: entry.claimRefusal == nil ? addressesInEffect(of: entry).filter(isInEffectHere) : [],
            obstacle: obstacle)
    }

    /// What happened between two states of a Service, said once, and of all nodes by the one that did it: that allocates,
    /// that announces, or that writes the status.
    func events(
        from old: PlannedService.Told, to new: PlannedService.Told, of entry: PlannedService
    ) -> [ServiceEvent] {
        guard old != new else { return [] }
        var events: [ServiceEvent] = []
        func tell(_ reason: ServiceEvent.Reason, _ message: String) {
            events.append(
                ServiceEvent(service: entry.service.key, uid: entry.service.uid, reason: reason, message: message))
        }
        if isAllocator {
            let gained = new.held.filter { !old.held.contains($0) && !entry.service.recordedAddresses.contains($0) }
            let lost = old.held.filter { !new.held.contains($0) }
            if !gained.isEmpty { tell(.addressAllocated, "gave it \(Self.list(gained))") }
            if !lost.isEmpty { tell(.addressReleased, "took back \(Self.list(lost))\(releaseReason(entry))") }
            if let refusal = new.refusal, refusal != old.refusal { tell(.allocationFailed, refusal.sentence) }
            for note in new.notes where !old.notes.contains(note) { tell(Self.reason(of: note), note.sentence) }
        }
        let announced = new.announcedHere.filter { !old.announcedHere.contains($0) }
        if !announced.isEmpty { tell(.announcing, "announcing \(whereAnnounced(announced))") }
        guard entry.speaksOfStatus else { return events }
        if let obstacle = new.obstacle, obstacle != old.obstacle, isTrouble(obstacle, for: new) {
            tell(obstacle.reason == "AddressConflict" ? .addressConflict : .announcingFailed, obstacle.sentence)
        }
        return events
    }

    private static func reason(of note: AllocationOutcome.Note) -> ServiceEvent.Reason {
        switch note {
        case .outOfPool: .outOfPool
        case .without, .kept, .ignored: .allocationFailed
        case .lost(_, .conflicted): .addressConflict
        case .lost: .addressReleased
        }
    }

    private func releaseReason(_ entry: PlannedService) -> String {
        switch entry.claimRefusal {
        case nil: ""
        case .notLoadBalancer: ", because its type is no longer LoadBalancer"
        case .deleting: ", because it is being deleted"
        case .otherClass(let name): ", because its loadBalancerClass is now \(name)"
        case .classless: ", because it has no loadBalancerClass and only our own is claimed"
        case .ownClassNotClaimed: ", because our own loadBalancerClass is not claimed"
        }
    }

    /// Steps on the way to success are not worth an event, and a refusal has been told already.
    private func isTrouble(_ obstacle: Obstacle, for told: PlannedService.Told) -> Bool {
        guard obstacle != told.refusal else { return false }
        return !["AwaitingAllocation", "AwaitingRecord", "Pending", "Probing", "NotAnnounced"].contains(obstacle.reason)
    }
}
