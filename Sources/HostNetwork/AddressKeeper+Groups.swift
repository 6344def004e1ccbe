import Logging
public import Netlink
public import NetworkTypes
import PacketLoop

/// IPv6 groups that this host listens to, so that switches forward here what is sent to them.
extension AddressKeeper {
    /// One reason more, or one less, to listen to a group on a link: it is left with the last.
    public struct GroupChange: Hashable, Sendable {
        /// What is done.
        public enum Kind: Hashable, Sendable { case join, leave }

        let kind: Kind
        let group: IPAddress
        let address: IPAddress
        let link: LinkIndex

        /// `address` is the one for whose sake the group is listened to.
        public init(_ kind: Kind, _ group: IPAddress, of address: IPAddress, on link: LinkIndex) {
            self.kind = kind
            self.group = group
            self.address = address
            self.link = link
        }
    }

    /// Groups that are joined or left between two looks at what is to be refreshed: each waits for the kernel.
    private static let groupPortion = 64

    /// Joins and leaves groups, in order; one that cannot be joined is logged.
    public nonisolated func change(_ groups: [GroupChange]) {
        perform { $0.carryOut(groups) }
    }

    private func carryOut(_ changes: [GroupChange]) {
        for start in stride(from: 0, to: changes.count, by: Self.groupPortion) {
            for change in changes[start..<min(start + Self.groupPortion, changes.count)] { carryOut(change) }
            refreshDue()
        }
    }

    private func carryOut(_ change: GroupChange) {
        let interface = UInt32(bitPattern: change.link.number)
        switch change.kind {
        case .join:
            do {
                try groups.join(change.group, interface: interface)
            } catch {
                logger.warning(
                    "group cannot be joined",
                    metadata: ["service.address": "\(change.address)", "error": "\(error)"])
            }
        case .leave: groups.leave(change.group, interface: interface)
        }
    }
}
