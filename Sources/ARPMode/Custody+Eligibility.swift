import Configuration
import Membership
import Netlink
import NetworkTypes

// What this node can announce by its links.
extension Custody {
    private static let everything = ["0.0.0.0/0", "::/0"].compactMap { CIDR($0) }
    /// Of each family: both together are no more than are told to others.
    private static let mostBlocks = 31

    /// The subnets of the links with a carrier, or everything where the operator has named the interfaces, but for what
    /// waits for one of them that cannot be used now.
    static func eligibility(in network: NetworkState, settings: ARPSettings) -> Eligibility {
        let choice = InterfaceChoice(patterns: settings.interfaces, network: network)
        let usable = network.links.values.filter { choice.isUsable($0) }
        let subnets = Set(usable.flatMap { choice.subnets(of: $0) })
        guard settings.interfaces.isEmpty else {
            return Eligibility(
                subnets: usable.isEmpty ? [] : remainder(without: choice.awaitedSubnets, beside: subnets),
                stations: Set(usable.compactMap(\.macAddress)))
        }
        // Nothing is announced from the links of pods, which may be many where few stations are told.
        let announcing = usable.filter { link in choice.subnets(of: link).contains { !$0.network.isLinkLocal } }
        return Eligibility(subnets: subnets, stations: Set(announcing.compactMap(\.macAddress)))
    }

    /// Everything but the awaited blocks, and these subnets; of a family that remains in too many blocks, the subnets
    /// alone.
    private static func remainder(without awaited: Set<CIDR>, beside subnets: Set<CIDR>) -> Set<CIDR> {
        var told: Set<CIDR> = []
        for whole in everything {
            var blocks: Set<CIDR> = [whole]
            for block in awaited where block.family == whole.family { take(block, outOf: &blocks) }
            if blocks.count > mostBlocks { blocks = [] }
            for subnet in subnets where subnet.family == whole.family {
                if !blocks.contains(where: { $0.contains(subnet) }) { told.insert(subnet) }
            }
            told.formUnion(blocks)
        }
        return told
    }

    private static func take(_ block: CIDR, outOf blocks: inout Set<CIDR>) {
        guard let whole = blocks.first(where: { $0.contains(block) }) else {
            blocks = blocks.filter { !block.contains($0) }
            return
        }
        blocks.remove(whole)
        for length in whole.prefixLength..<block.prefixLength {
            // Of the two halves, the one that the block is not in.
            let bit = UInt128(1) << UInt128(block.family.bitWidth - length - 1)
            let other = IPAddress(family: block.family, number: block.network.number ^ bit)
            if let half = other.flatMap({ CIDR(containing: $0, prefixLength: length + 1) }) { blocks.insert(half) }
        }
    }
}
