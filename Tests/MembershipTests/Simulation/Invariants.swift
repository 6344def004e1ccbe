import NetworkTypes

/// What must never be, or not for longer than T.
struct Invariants {
    /// Within T after the last disturbance every address has one owner in each connected part.
    static let bound = Duration.milliseconds(1_000)

    struct Violation: CustomStringConvertible {
        let time: MonotonicTime
        let text: String
        var description: String { "after \(time.nanoseconds / 1_000_000) ms: \(text)" }
    }

    private(set) var lastDisturbance = MonotonicTime.zero
    /// Whether an address may move though nothing has happened: when heartbeats get lost.
    var mayMoveAnyTime = false
    private(set) var violations: [Violation] = []
    /// Since when each address has had two owners, or none.
    private var doubled: [MonotonicTime?]
    private var missing: [MonotonicTime?]
    private var settled: [UInt16]?
    /// Addresses that others took while a node was frozen, by node.
    private var thawed: [Int: (lost: Set<Int>, since: MonotonicTime)] = [:]
    /// The longest that a state lasted that may not last.
    private(set) var longest = Duration.zero

    init(addresses: Int) {
        doubled = [MonotonicTime?](repeating: nil, count: addresses)
        missing = doubled
    }

    mutating func watchThawed(node: Int, lost: Set<Int>, at now: MonotonicTime) {
        thawed[node] = (lost, now)
    }

    mutating func disturbed(at now: MonotonicTime) {
        lastDisturbance = now
        thawed = [:]
    }

    /// What a node claims anew it may answer for.
    mutating func claimed(_ address: Int, by node: Int) {
        thawed[node]?.lost.remove(address)
    }

    mutating func fail(_ text: String, at now: MonotonicTime) {
        violations.append(Violation(time: now, text: text))
    }

    mutating func check(_ scene: Simulation.Scene, at now: MonotonicTime) {
        for address in scene.answering.indices {
            let answering = scene.answering[address]
            let isDouble = scene.near.indices.contains { node in
                answering & (1 << UInt16(node)) != 0 && answering & scene.near[node] & ~(1 << UInt16(node)) != 0
            }
            doubled[address] = start(of: doubled[address], isDouble, at: now) {
                "address \(address) answered by \(String(answering, radix: 2))"
            }
            let isMissing = scene.parts.contains { part in
                part & scene.mayOwn[address] != 0 && part & answering == 0
            }
            missing[address] = start(of: missing[address], isMissing, at: now) {
                "address \(address) answered by \(String(answering, radix: 2)), missing in a part"
            }
            checkThawed(address, answering: answering, near: scene.near, at: now)
        }
        checkMoves(scene.answering, at: now)
    }

    private mutating func start(
        of since: MonotonicTime?, _ isWrong: Bool, at now: MonotonicTime, text: () -> String
    ) -> MonotonicTime? {
        guard isWrong else { return nil }
        let start = max(since ?? now, lastDisturbance)
        let length = start.duration(to: now)
        longest = max(longest, length)
        if length > Self.bound { fail(text(), at: now) }
        return start
    }

    /// A node that was frozen answers for nothing that another took meanwhile and still has.
    private mutating func checkThawed(_ address: Int, answering: UInt16, near: [UInt16], at now: MonotonicTime) {
        for (node, watch) in thawed where watch.lost.contains(address) {
            let others = answering & near[node] & ~(1 << UInt16(node))
            if others == 0 || watch.since.duration(to: now) > .milliseconds(500) {
                thawed[node]?.lost.remove(address)
            } else if answering & (1 << UInt16(node)) != 0 {
                fail("node \(node) answers for \(address), which another took while it was frozen", at: now)
            }
        }
    }

    private mutating func checkMoves(_ answering: [UInt16], at now: MonotonicTime) {
        guard !mayMoveAnyTime, lastDisturbance.duration(to: now) > Self.bound else { return settled = nil }
        if let settled, settled != answering { fail("an address moved without a cause", at: now) }
        settled = answering
    }
}
