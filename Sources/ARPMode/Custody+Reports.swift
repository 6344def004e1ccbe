import Configuration
import HashTreeCollections
import LoadBalancing
import Membership
import Netlink
import NetworkTypes

// What is told of each address.
extension Custody {
    /// Tells what is different now; the speaker learns who the members are.
    mutating func settle(at now: MonotonicTime) -> [Effect] {
        // By its parts: the member as a whole is large to copy, which each turn of the loop would do.
        let generation = member?.stationGeneration ?? knownStations
        let isNews = generation != knownStations
        if isNews {
            knownStations = generation
            speaker.setMembers(member?.stations ?? [])
        }
        let news = judgeStrangers(isNews: isNews, at: now) + shareConflicts(at: now) + noteAllocation()
        let changed = touched.sorted()
        touched = []
        return news
            + changed.compactMap { address in
                guard let state = state(of: address, at: now) else { return nil }
                guard reported[address] != state else { return nil }
                guard state != .withdrawn || reported[address] != nil else { return nil }
                reported[address] = state == .withdrawn ? nil : state
                return .report(address, state)
            }
    }

    /// Nil while nothing can be said yet: what was told last still holds, for all that is known.
    private mutating func state(of address: IPAddress, at now: MonotonicTime) -> AnnouncementEffect.State? {
        let limit = ownerless.removeValue(forKey: address)
        guard let announcement = wanted[address] else { return .withdrawn }
        if claims[address] != nil { return spoken[address] }
        if let owner = member?.owner(of: address), owner != node {
            // Who is heard says itself what it has, and until when.
            if rivals[address]?.node == owner { rivals[address] = nil }
            return member?.ownerAnswers(for: address) == true ? .owned(by: owner) : awaiting(owner, address)
        }
        if let rival = rivals[address] {
            guard let name = rival.node else {
                if strangers[address] != nil { return nil }
                return .conflicted(by: rival.station, interface: rival.interface)
            }
            return .owned(by: name)
        }
        if foreignConflicts.contains(address), let conflict = member?.foreignConflict(over: address),
            member?.node(speakingFrom: conflict.station) == nil
        {
            noteVerdict(on: conflict.station, at: address)
            return .conflicted(by: conflict.station, interface: "an interface of \(conflict.node)")
        }
        if let obstacle = standingObstacle(to: announcement) {
            return obstacle.reason == "Pending" ? nil : .blocked(obstacle)
        }
        guard member?.isSettling == false else { return nil }
        if member?.hasCompany == true {
            let limit = limit ?? now.advanced(by: Self.succession)
            ownerless[address] = limit > now ? limit : MonotonicTime(nanoseconds: .max)
            if limit > now, limit.nanoseconds != .max { return nil }
        }
        let obstacle = obstacle(to: address)
        return obstacle.reason == "Pending" ? .pending(obstacle) : .blocked(obstacle)
    }

    /// Nodes that had addresses when they were heard last, long ago, may be no more.
    mutating func forgetRivals(at now: MonotonicTime) {
        for (address, rival) in rivals {
            guard let limit = rival.limit, limit <= now else { continue }
            rivals[address] = nil
            touched.insert(address)
        }
    }

    /// Another node is about to announce the address: no status may name it before it does.
    ///
    /// What was told of another owner stands for the moment; that this node has it does not.
    private func awaiting(_ owner: NodeName, _ address: IPAddress) -> AnnouncementEffect.State? {
        guard case .inEffect? = reported[address] else { return nil }
        return .pending(Obstacle(reason: "Pending", sentence: "\(owner) is about to announce \(address)"))
    }

    /// How long other nodes are given to take an address before it is told that none has it.
    private static let succession = Duration.seconds(1)

    /// What keeps every node, or this one as far as it can know, from announcing.
    private func standingObstacle(to announcement: Announcement) -> Obstacle? {
        if member == nil, let membershipObstacle, !roster.others.isEmpty { return membershipObstacle }
        return roster.obstacle(for: announcement.candidates, by: rule, at: time)
    }

    private func obstacle(to address: IPAddress) -> Obstacle {
        guard let choice = speaker.choice else {
            return Obstacle(reason: "Pending", sentence: "the interfaces are not known yet")
        }
        if let failing = roster.failingChecks.min(by: { $0.key < $1.key }) {
            return Obstacle(reason: "CheckFailed", sentence: failing.value)
        }
        if let failure = failures[address] { return failure }
        if case .failure(let obstacle) = choice.interface(for: address) { return obstacle }
        return Obstacle(reason: "Pending", sentence: "no node has \(address) yet")
    }
}
