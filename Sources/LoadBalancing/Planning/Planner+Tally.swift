import IPAM

/// How many Services and addresses are how, without naming them.
public struct ServiceTally: Hashable, Sendable {
    /// Services that are ours; every state has an entry.
    public var states: [ServiceReport.State: Int]
    /// Services of which something is not as it should be, by the reason of the first thing.
    public var reasons: [String: Int] = [:]
    /// Addresses that this node announces, by mode.
    public var owned: [Mode: Int] = [:]
    /// Services that the next plan looks at.
    public var pending = 0

    /// Every state with a count of zero, nothing else.
    public init() {
        states = Dictionary(uniqueKeysWithValues: ServiceReport.State.allCases.map { ($0, 0) })
    }
}

extension Planner {
    /// Counts everything once.
    public func tally() -> ServiceTally {
        var tally = ServiceTally()
        tally.pending = dirtyServices.count
        for entry in services.values where entry.claimRefusal == nil {
            let obstacle = announcementObstacle(of: entry)
            tally.states[Self.state(of: entry, obstacle), default: 0] += 1
            if let reason = obstacle?.reason ?? entry.refusal?.reason ?? entry.notes.first?.reason {
                tally.reasons[reason, default: 0] += 1
            }
        }
        for (mode, records) in effects {
            tally.owned[mode] = records.values.count { if case .inEffect = $0.state { true } else { false } }
        }
        return tally
    }

    static func state(of entry: PlannedService, _ obstacle: Obstacle?) -> ServiceReport.State {
        if obstacle == nil { .announced } else if entry.held.isEmpty { .refused } else { .pending }
    }
}
