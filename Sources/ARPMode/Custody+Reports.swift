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
        if let member { speaker.setMembers(member.stations) }
        let changed = touched.sorted()
        touched = []
        return changed.compactMap { address in
            let state = state(of: address)
            guard reported[address] != state else { return nil }
            guard state != .withdrawn || reported[address] != nil else { return nil }
            reported[address] = state == .withdrawn ? nil : state
            return .report(address, state)
        }
    }

    private func state(of address: IPAddress) -> AnnouncementEffect.State {
        guard let announcement = wanted[address] else { return .withdrawn }
        if claims[address] != nil {
            return spoken[address] ?? .pending(Obstacle(reason: "Pending", sentence: "\(address) is being announced"))
        }
        if let owner = member?.owner(of: address), owner != node { return .owned(by: owner) }
        if let rival = rivals[address] {
            guard let name = rival.node else {
                return .conflicted(by: rival.station, interface: rival.interface)
            }
            return .owned(by: name)
        }
        let obstacle = obstacle(to: announcement)
        return obstacle.reason == "Pending" ? .pending(obstacle) : .blocked(obstacle)
    }

    private func obstacle(to announcement: Announcement) -> Obstacle {
        let address = announcement.address
        guard let network = speaker.network else {
            return Obstacle(reason: "Pending", sentence: "the interfaces are not known yet")
        }
        if let membershipObstacle, !roster.others.isEmpty { return membershipObstacle }
        if let obstacle = roster.obstacle(for: announcement.candidates, by: rule, at: time) { return obstacle }
        if let failure = failures[address] { return failure }
        let choice = InterfaceChoice(patterns: settings.interfaces, network: network)
        if case .failure(let obstacle) = choice.interface(for: address) { return obstacle }
        return Obstacle(reason: "Pending", sentence: "no node has \(address) yet")
    }

    /// What this node can announce by its links: the subnets of those with a carrier, or everything where the operator
    /// has named the interfaces.
    static func eligibility(in network: NetworkState, settings: ARPSettings) -> Eligibility {
        let choice = InterfaceChoice(patterns: settings.interfaces, network: network)
        var eligibility = Eligibility(subnets: [])
        for link in network.links.values where choice.isUsable(link) {
            if let station = link.macAddress { eligibility.stations.insert(station) }
            if settings.interfaces.isEmpty {
                eligibility.subnets.formUnion(choice.subnets(of: link))
            } else {
                eligibility.subnets.formUnion(everything)
            }
        }
        return eligibility
    }

    private static let everything = ["0.0.0.0/0", "::/0"].compactMap { CIDR($0) }
}
