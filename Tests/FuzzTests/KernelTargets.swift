import NetworkTypes

@testable import FileSystem
@testable import Netlink

extension FuzzTarget {
    /// What the kernel sends.
    static let kernel = [netlink, inotify]

    /// A datagram of rtnetlink, and what becomes of a picture of the network.
    private static let netlink = FuzzTarget("netlink", seeds: KernelSeeds.datagrams) { octets in
        let (contents, malformed) = messages(in: octets)
        let again = messages(in: octets)
        hold(contents == again.contents && malformed == again.malformed, "the same octets are the same messages")
        hold((contents.count + malformed - 1) * MessageHeader.size <= octets.count, "every message has a header")
        follow(contents)
        var state = NetworkState()
        for case .change(let change) in contents {
            rewrite(change)
            state.apply(change)
            hold(!state.apply(change), "what is known already is no change")
        }
        for address in BoundarySeeds.addresses { _ = state.link(reaching: address, onlyUp: true) }
        hold(state.ownAddresses.allSatisfy { state.address($0.key) == $0 }, "an address is found by its key")
        hold(state.hostAddresses.allSatisfy { state.links[$0.link]?.isUp == true }, "the host's links are up")
    }

    private static func messages(in octets: [UInt8]) -> (contents: [NetlinkMessage.Content], malformed: Int) {
        var contents: [NetlinkMessage.Content] = []
        let malformed = NetlinkMessage.forEach(in: NativeReader(octets)) { _, content in contents.append(content) }
        return (contents, malformed)
    }

    /// As a monitor takes messages in; it comes to know everything, whatever it was told.
    private static func follow(_ contents: [NetlinkMessage.Content]) {
        var synchronisation = Synchronisation(tables: NetworkTable.allCases)
        synchronisation.requested()
        for content in contents {
            switch content {
            case .change(let change): _ = synchronisation.take(change)
            case .done(let number):
                for step in synchronisation.dumpEnded(isWhole: number == 0) {
                    if case .request = step { synchronisation.requested() }
                }
            case .overrun: if synchronisation.lost() != nil { synchronisation.requested() }
            case .answer, .irrelevant: break
            }
        }
        for _ in 0..<(Synchronisation.patience * NetworkTable.allCases.count) where !synchronisation.isCurrent {
            synchronisation.requested()
            _ = synchronisation.dumpEnded(isWhole: true)
        }
        hold(synchronisation.isCurrent, "in the end everything is known")
    }

    /// An address that was read, and is put on a link as it is, is read again.
    private static func rewrite(_ change: NetlinkChange) {
        guard case .address(let address) = change else { return }
        hold((0...address.address.family.bitWidth).contains(address.prefixLength), "a prefix fits its family")
        var assignment = AddressAssignment(address.key, lifetime: address.lifetime)
        assignment.flags = address.flags
        assignment.scope = address.scope
        assignment.label = address.label
        var writer = NativeWriter()
        AddressMessage.put(assignment, flags: [.request], sequence: 1, into: &writer)
        guard case .change(.address(let again))? = messages(in: writer.bytes).contents.first else {
            return hold(false, "an address that is written can be read")
        }
        hold(again.key == address.key && again.isOurs, "it is the same address, and ours")
        hold(again.flags == address.flags && again.scope == address.scope, "it is the same in kind")
        hold(again.lifetime == address.lifetime, "it lasts as long")
        hold(again.label == (address.address.family == .ipv4 ? address.label : nil), "it has the same name")
    }

    private static let inotify = FuzzTarget("inotify", seeds: KernelSeeds.events) { octets in
        let events = InotifyEvent.all(in: octets[...])
        hold(InotifyEvent.all(in: octets[...]) == events, "the same octets are the same events")
        hold(events.count * 16 <= octets.count, "every event has a header")
        hold(!events.contains { $0.name.utf8.contains(0) }, "a name ends before its padding")
    }
}
