internal import CLinux
internal import Glibc
public import NetworkTypes

/// IPv6 groups that this host listens to, so that the kernel reports them by MLD (RFC 3810) and switches forward them.
///
/// Joins are counted: a group is left when every `join` had its `leave`, as for the solicited-node group of several
/// addresses. A socket can hold only so many memberships (`net.core.optmem_max`), and each join looks through those of
/// its socket, so they are spread over several. Where no join is possible, see `PacketSocket.acceptAllMulticast()`.
/// Nothing is ever received here. To be used on one thread.
public final class MulticastMembership {
    private struct Key: Hashable {
        let group: IPAddress
        let interface: UInt32
    }

    private struct Joined {
        var count: Int
        let socket: Int
    }

    private struct Holder {
        let descriptor: Descriptor
        var count = 0
        var isFull = false
    }

    /// Memberships of one socket.
    private let perSocket: Int
    /// Memberships in all; one more is refused with ENOBUFS.
    private let limit: Int
    private var joined: [Key: Joined] = [:]
    private var holders: [Holder] = []

    /// Nothing is opened before the first join.
    public convenience init() {
        self.init(perSocket: 256, limit: 65_536)
    }

    init(perSocket: Int, limit: Int) {
        self.perSocket = perSocket
        self.limit = limit
    }

    /// How many groups are joined, per interface.
    var count: Int { joined.count }
    var socketCount: Int { holders.count }

    /// Listens to a group on an interface, or counts one more reason to.
    public func join(_ group: IPAddress, interface: UInt32) throws(SystemError) {
        let key = Key(group: group, interface: interface)
        if joined[key] != nil {
            joined[key]?.count += 1
            return
        }
        guard joined.count < limit else { throw SystemError("IPV6_JOIN_GROUP", on: "\(group)", code: ENOBUFS) }
        let socket = try enter(key)
        holders[socket].count += 1
        joined[key] = Joined(count: 1, socket: socket)
    }

    /// Takes back one `join`; the last one leaves the group. Harmless for a group that was not joined.
    public func leave(_ group: IPAddress, interface: UInt32) {
        let key = Key(group: group, interface: interface)
        guard let entry = joined[key] else { return }
        guard entry.count == 1 else {
            joined[key]?.count -= 1
            return
        }
        drop(key, from: entry.socket)
    }

    /// Forgets all groups of an interface that was removed, however often they were joined.
    public func forget(interface: UInt32) {
        for (key, entry) in joined where key.interface == interface { drop(key, from: entry.socket) }
    }

    private func drop(_ key: Key, from socket: Int) {
        joined[key] = nil
        // Fails when the kernel dropped the membership together with the interface, which is what is wanted.
        try? holders[socket].descriptor.set(.leaveGroup, to: request(key))
        holders[socket].count -= 1
        holders[socket].isFull = false
    }

    /// Joins on the first socket that has room, or on a new one, and returns which.
    private func enter(_ key: Key) throws(SystemError) -> Int {
        while true {
            let place = holders.firstIndex { !$0.isFull && $0.count < perSocket }
            let socket = if let place { place } else { try addHolder() }
            do throws(SystemError) {
                try holders[socket].descriptor.set(
                    .joinGroup, to: request(key), for: "\(key.group) on interface \(key.interface)")
                return socket
            } catch {
                // An empty socket that has no room will never have any.
                let hasNoRoom = error.code == ENOMEM || error.code == ENOBUFS
                guard hasNoRoom, holders[socket].count > 0 else { throw error }
                holders[socket].isFull = true
            }
        }
    }

    private func addHolder() throws(SystemError) -> Int {
        holders.append(Holder(descriptor: try .socket(AF_INET6, SOCK_DGRAM)))
        return holders.count - 1
    }

    private func request(_ key: Key) -> ipv6_mreq {
        ipv6_mreq(ipv6mr_multiaddr: in6_addr(key.group), ipv6mr_interface: key.interface)
    }
}
