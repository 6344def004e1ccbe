import HashTreeCollections
import LoadBalancing
import NetworkTypes

/// Which addresses this node announces, and how far each is: wanted, attached, on its way out.
///
/// A pure value: time comes in, orders come out. A change costs what it touches.
struct RouteBook: Sendable {
    /// How far an address is on this node.
    enum Attachment: Hashable, Sendable {
        /// The kernel was asked; an answer to an older request does not count.
        case asked(ticket: UInt64)
        case held
        case failed(Obstacle)
    }

    struct Entry: Hashable, Sendable {
        var pool: String?
        var attachment: Attachment
        /// When the route goes, unless it is wanted again; nil while it is wanted.
        var expiry: MonotonicTime?
    }

    /// What is to be done, in this order.
    struct Orders: Sendable {
        /// To be held by the kernel, with the ticket of the request.
        var attach: [IPAddress: UInt64] = [:]
        /// Not to be held any more, once the routes are withdrawn.
        var detach: [IPAddress] = []
        /// Whose routes are different now.
        var routes: Set<IPAddress> = []
        /// What is to be told of may be different.
        var effects: Set<IPAddress> = []

        mutating func merge(_ other: Orders) {
            attach.merge(other.attach) { _, new in new }
            detach += other.detach
            routes.formUnion(other.routes)
            effects.formUnion(other.effects)
        }
    }

    let node: NodeName
    /// Whether the kernel is to hold addresses.
    private(set) var isAttaching: Bool
    private(set) var isEligible = true
    private(set) var announcements = AnnouncementSet()
    private(set) var entries: [IPAddress: Entry] = [:]
    /// Announced by others, but not from here: no endpoint on this node.
    private(set) var elsewhere: Set<IPAddress> = []
    /// What is to be announced, by address.
    private(set) var wanted: [IPAddress: Announcement] = [:]
    private var lingering: Set<IPAddress> = []
    private var lastTicket: UInt64 = 0

    init(node: NodeName, isAttaching: Bool) {
        self.node = node
        self.isAttaching = isAttaching
    }

    // MARK: What comes in

    /// Takes over what is to be announced; what is not wanted any more stays for `delay`.
    mutating func want(_ new: AnnouncementSet, delay: Duration, at now: MonotonicTime) -> Orders {
        let old = announcements
        guard new != old else { return Orders() }
        announcements = new
        var orders = Orders()
        let added = new.subtracting(old)
        let kept = Set(added.map(\.address))
        for announcement in old.subtracting(new) where !kept.contains(announcement.address) {
            elsewhere.remove(announcement.address)
            wanted[announcement.address] = nil
            orders.effects.insert(announcement.address)
            drop(announcement.address, delay: delay, at: now, &orders)
        }
        for announcement in added { take(announcement, delay: delay, at: now, &orders) }
        return orders
    }

    /// Lets the node announce, or not: then everything goes at once.
    mutating func setEligible(_ isEligible: Bool, at now: MonotonicTime) -> Orders {
        guard isEligible != self.isEligible else { return Orders() }
        self.isEligible = isEligible
        var orders = Orders()
        if isEligible {
            for announcement in announcements { take(announcement, delay: .zero, at: now, &orders) }
        } else {
            for address in Array(entries.keys) { drop(address, delay: .zero, at: now, &orders) }
        }
        for announcement in announcements { orders.effects.insert(announcement.address) }
        return orders
    }

    /// The kernel's answer to a request.
    mutating func attached(_ address: IPAddress, ticket: UInt64, failure: Obstacle?) -> Orders {
        var orders = Orders()
        guard let entry = entries[address], entry.attachment == .asked(ticket: ticket) else { return orders }
        entries[address]?.attachment = failure.map { .failed($0) } ?? .held
        orders.routes.insert(address)
        orders.effects.insert(address)
        return orders
    }

    /// Asks again for an address that the kernel has lost, or failed to take.
    mutating func attachAgain(_ address: IPAddress) -> Orders {
        var orders = Orders()
        guard entries[address] != nil, isAttaching else { return orders }
        lastTicket += 1
        entries[address]?.attachment = .asked(ticket: lastTicket)
        orders.attach[address] = lastTicket
        return orders
    }

    /// Begins or ends having the kernel hold addresses, or has it hold them elsewhere.
    mutating func reattach(isAttaching: Bool) -> Orders {
        self.isAttaching = isAttaching
        var orders = Orders()
        for address in Array(entries.keys) {
            if isAttaching {
                orders.merge(attachAgain(address))
            } else {
                entries[address]?.attachment = .held
                orders.routes.insert(address)
            }
            orders.effects.insert(address)
        }
        return orders
    }

    /// Lets go of what has lingered long enough.
    mutating func advance(to now: MonotonicTime) -> Orders {
        var orders = Orders()
        for address in lingering {
            guard let expiry = entries[address]?.expiry else {
                lingering.remove(address)
                continue
            }
            if expiry <= now { remove(address, &orders) }
        }
        return orders
    }

    /// When `advance` has something to do.
    var nextExpiry: MonotonicTime? { lingering.lazy.compactMap { entries[$0]?.expiry }.min() }

    // MARK: What is so

    /// Whether peers are to have a route for the address.
    func isRouted(_ address: IPAddress) -> Bool { entries[address]?.attachment == .held }

    /// The names of the pools that addresses are of.
    var pools: Set<String> { Set(entries.values.compactMap(\.pool)) }

    /// Whether the kernel has still to answer.
    var isAwaitingKernel: Bool {
        entries.values.contains {
            if case .asked = $0.attachment { true } else { false }
        }
    }

    var failed: [IPAddress] {
        entries.compactMap { address, entry in
            if case .failed = entry.attachment { address } else { nil }
        }
    }

    // MARK: Changes

    private mutating func take(
        _ announcement: Announcement, delay: Duration, at now: MonotonicTime, _ orders: inout Orders
    ) {
        let address = announcement.address
        wanted[address] = announcement
        orders.effects.insert(address)
        guard isEligible, announcement.candidates.contains(node) else {
            elsewhere.insert(address)
            return drop(address, delay: delay, at: now, &orders)
        }
        elsewhere.remove(address)
        if entries[address] != nil {
            entries[address]?.expiry = nil
            lingering.remove(address)
            if entries[address]?.pool != announcement.pool {
                entries[address]?.pool = announcement.pool
                orders.routes.insert(address)
            }
            return
        }
        entries[address] = Entry(pool: announcement.pool, attachment: .held)
        if isAttaching {
            orders.merge(attachAgain(address))
        } else {
            orders.routes.insert(address)
        }
    }

    private mutating func drop(
        _ address: IPAddress, delay: Duration, at now: MonotonicTime, _ orders: inout Orders
    ) {
        guard entries[address] != nil else { return }
        guard delay > .zero, isRouted(address) else { return remove(address, &orders) }
        guard entries[address]?.expiry == nil else { return }
        entries[address]?.expiry = now.advanced(by: delay)
        lingering.insert(address)
    }

    private mutating func remove(_ address: IPAddress, _ orders: inout Orders) {
        entries[address] = nil
        lingering.remove(address)
        if isAttaching { orders.detach.append(address) }
        orders.routes.insert(address)
        orders.effects.insert(address)
    }
}
