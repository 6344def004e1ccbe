import NetworkTypes

/// Addresses that are likely to be wanted next, and what the network was heard to say about them.
struct Scouting: Sendable {
    /// How long silence about an address counts, as long as nobody is heard to use it.
    static let validity = Duration.seconds(60)
    /// How often an address is asked for again.
    static let interval = Duration.seconds(30)

    private(set) var addresses: Set<IPAddress> = []
    /// When nobody answered for each of them.
    private var proven: [IPAddress: MonotonicTime] = [:]
    /// When each is to be asked for next.
    private(set) var due: [IPAddress: MonotonicTime] = [:]

    var nextWake: MonotonicTime? { due.values.min() }

    /// How many of those that are expected were found to be free.
    var provenCount: Int { addresses.count { proven[$0] != nil } }

    /// Returns those that are expected no longer.
    mutating func expect(_ new: Set<IPAddress>, at now: MonotonicTime) -> Set<IPAddress> {
        let gone = addresses.subtracting(new)
        for address in new.subtracting(addresses) where due[address] == nil { due[address] = now }
        for address in gone { due[address] = nil }
        addresses = new
        // What is proven stays so for its time: an address that was just allocated is expected no longer.
        return gone
    }

    /// Those to ask for now; each is asked for again later.
    mutating func takeDue(at now: MonotonicTime) -> [IPAddress] {
        proven = proven.filter { $0.value.duration(to: now) < Self.validity }
        let ready = due.filter { $0.value <= now }.keys.sorted()
        for address in ready { due[address] = now.advanced(by: Self.interval) }
        return ready
    }

    mutating func noteFree(_ address: IPAddress, at now: MonotonicTime) {
        proven[address] = now
    }

    /// Someone uses it, or is about to.
    mutating func noteUse(_ address: IPAddress) {
        proven[address] = nil
    }

    /// The network may be another, or have been left for a while.
    mutating func forgetProofs() {
        proven = [:]
    }

    func isProven(_ address: IPAddress, at now: MonotonicTime) -> Bool {
        proven[address].map { $0.duration(to: now) < Self.validity } ?? false
    }
}
