import IPAM
import LoadBalancing
import NetworkTypes

/// What is seen of a run from outside, and what was wrong about it.
struct Judge {
    var problems: [String] = []
    /// The addresses on the record of each Service, as the API server has it.
    var records: [ServiceKey: [IPAddress]] = [:]
    /// The Services on whose record each address is.
    var holders: [IPAddress: Set<ServiceKey>] = [:]
    /// Who announces each address.
    private(set) var owners: [IPAddress: Set<Int>] = [:]
    private(set) var routers: [IPAddress: Set<Int>] = [:]
    /// When an address was last in effect somewhere; absent while it is.
    private var lost: [IPAddress: MonotonicTime] = [:]
    /// Addresses that more than one node announces by ARP, and since when.
    private(set) var doubles: [IPAddress: MonotonicTime] = [:]
    /// When the nodes last had a reason to disagree about owners.
    var disturbedAt = MonotonicTime.zero
    /// Services whose addresses may change, as their authors have changed what they ask for, since the last calm.
    var excused: Set<ServiceKey> = []
    var havePoolsChanged = false
    /// Writes since the last calm, by Service.
    var writes: [ServiceKey: Int] = [:]
    /// What people and other controllers did to each Service since the last calm.
    var touches: [ServiceKey: Int] = [:]
    var totalWrites = 0
    var moves = 0

    mutating func note(_ change: Process.Change, of index: Int, at now: MonotonicTime) {
        let address = change.address
        if change.mode == .bgp {
            Self.set(change.isAnnounced, index, in: &routers[address, default: []])
        } else {
            Self.set(change.isAnnounced, index, in: &owners[address, default: []])
            let isDouble = owners[address, default: []].count > 1
            if !isDouble { doubles[address] = nil } else if doubles[address] == nil { doubles[address] = now }
        }
        lost[address] = isInEffect(address) ? nil : now
    }

    private static func set(_ isIn: Bool, _ index: Int, in set: inout Set<Int>) {
        if isIn { set.insert(index) } else { set.remove(index) }
    }

    mutating func noteEnd(of process: Process, on index: Int, at now: MonotonicTime) {
        for (mode, addresses) in process.announced {
            for address in addresses.sorted() {
                note(Process.Change(address: address, mode: mode, isAnnounced: false), of: index, at: now)
            }
        }
    }

    func isInEffect(_ address: IPAddress) -> Bool {
        owners[address]?.isEmpty == false || routers[address]?.isEmpty == false
    }

    /// Whether an address is, or was shortly, in effect.
    func wasInEffect(_ address: IPAddress, within time: Duration, at now: MonotonicTime) -> Bool {
        isInEffect(address) || lost[address].map { $0.duration(to: now) <= time } ?? false
    }

    mutating func setRecord(of key: ServiceKey, to addresses: [IPAddress]) {
        for address in records[key] ?? [] { holders[address]?.remove(key) }
        for address in addresses { holders[address, default: []].insert(key) }
        records[key] = addresses.isEmpty ? nil : addresses
    }

    /// From here on no change of an address has an excuse.
    mutating func beginRound() {
        excused = []
        havePoolsChanged = false
        writes = [:]
        touches = [:]
    }
}
