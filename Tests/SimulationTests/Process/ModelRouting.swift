import HashTreeCollections
import LoadBalancing
import NetworkTypes

/// Stands for the announcer of BGP: every node that may and can tells its routers of every address.
struct ModelRouting {
    private let node: NodeName
    private var desired: [IPAddress: Announcement] = [:]
    private var due: [IPAddress: MonotonicTime] = [:]
    private var isRefused = false
    private(set) var reports: [IPAddress: AnnouncementEffect.State] = [:]
    /// What was told since the last call.
    private var news: [IPAddress: AnnouncementEffect.State] = [:]
    /// Whether its routers hear this node.
    private(set) var hasSessions = true

    /// From the order until the routers have it.
    private static let delay = Duration.milliseconds(20)

    init(node: NodeName) {
        self.node = node
    }

    var nextWake: MonotonicTime? { due.values.min() }

    mutating func want(_ set: AnnouncementSet, at now: MonotonicTime) {
        let new = Dictionary(set.map { ($0.address, $0) }, uniquingKeysWith: { $1 })
        let changed = Set(desired.keys).union(new.keys).filter { desired[$0] != new[$0] }
        desired = new
        for address in changed.sorted() { look(at: address, now) }
    }

    mutating func setNodes(_ nodes: [NodeName: NodeFacts], at now: MonotonicTime) {
        isRefused = nodes[node].map { NodeEligibility().refusal(of: $0, at: 0) != nil } ?? true
        for address in desired.keys.sorted() { look(at: address, now) }
    }

    mutating func setSessions(_ hasSessions: Bool, at now: MonotonicTime) {
        self.hasSessions = hasSessions
        for address in desired.keys.sorted() { look(at: address, now) }
    }

    mutating func advance(to now: MonotonicTime) {
        for address in due.filter({ $0.value <= now }).keys.sorted() {
            due[address] = nil
            tell(.inEffect(interface: "lo"), of: address)
        }
    }

    mutating func takeNews() -> [IPAddress: AnnouncementEffect.State] {
        defer { news = [:] }
        return news
    }

    private mutating func look(at address: IPAddress, _ now: MonotonicTime) {
        guard let announcement = desired[address] else {
            due[address] = nil
            return tell(.withdrawn, of: address)
        }
        if isRefused || !announcement.candidates.contains(node) {
            due[address] = nil
            return tell(.blocked(Obstacle(reason: "NoEndpoint", sentence: "not from here")), of: address)
        }
        guard hasSessions else {
            due[address] = nil
            return tell(.pending(Obstacle(reason: "NoSession", sentence: "no session")), of: address)
        }
        if case .inEffect = reports[address] { return }
        guard due[address] == nil else { return }
        due[address] = now.advanced(by: Self.delay)
        tell(.pending(Obstacle(reason: "Pending", sentence: "being told")), of: address)
    }

    private mutating func tell(_ state: AnnouncementEffect.State, of address: IPAddress) {
        guard reports[address] != state, state != .withdrawn || reports[address] != nil else { return }
        reports[address] = state == .withdrawn ? nil : state
        news[address] = state
    }
}
