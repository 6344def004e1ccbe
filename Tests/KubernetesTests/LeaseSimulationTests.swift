import NetworkTypes
import Testing

@testable import Kubernetes

/// Several candidates, one API server with slow and lost answers, and a virtual clock.
struct LeaseSimulation {
    private struct Candidate {
        var election: LeaseElection
        var timer: MonotonicTime?
        var isLeading = false
        var isCutOff = false
    }

    private enum Message {
        case request(Int, LeaseElection.Effect)
        case answer(Int, LeaseElection.Event)
    }

    private var candidates: [Candidate]
    private var lease: Lease?
    private var version = 0
    private var messages: [(at: MonotonicTime, Message)] = []
    private var generator: SeededGenerator
    private(set) var now = MonotonicTime.zero
    private(set) var handovers = 0
    private(set) var hadTwoLeaders = false
    private var lastLeader: Int?

    init(candidates count: Int, seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        candidates = (0..<count).map {
            Candidate(election: LeaseElection(identity: "c\($0)", seed: seed &+ UInt64($0)))
        }
        for index in candidates.indices { feed(.started, to: index) }
    }

    var leaders: [Int] { candidates.indices.filter { candidates[$0].isLeading } }

    mutating func cut(_ index: Int, off isCutOff: Bool) {
        candidates[index].isCutOff = isCutOff
    }

    /// Runs to the next message or timer; false when there is none before the limit.
    mutating func step(until limit: MonotonicTime) -> Bool {
        let nextMessage = messages.indices.min { messages[$0].at < messages[$1].at }
        let nextTimer = candidates.indices.filter { candidates[$0].timer != nil }
            .min { (candidates[$0].timer ?? .zero) < (candidates[$1].timer ?? .zero) }
        let timerAt = nextTimer.flatMap { candidates[$0].timer }
        if let nextMessage, timerAt.map({ messages[nextMessage].at < $0 }) ?? true {
            guard messages[nextMessage].at <= limit else { return false }
            let message = messages.remove(at: nextMessage)
            now = message.at
            deliver(message.1)
        } else if let nextTimer, let timerAt, timerAt <= limit {
            now = max(now, timerAt)
            candidates[nextTimer].timer = nil
            feed(.timerFired, to: nextTimer)
        } else {
            now = limit
            return false
        }
        let leaders = leaders
        if leaders.count > 1 { hadTwoLeaders = true }
        if let leader = leaders.first, leader != lastLeader {
            lastLeader = leader
            handovers += 1
        }
        return true
    }

    private mutating func deliver(_ message: Message) {
        switch message {
        case .answer(let index, let event): feed(event, to: index)
        case .request(let index, let effect):
            let isLost = candidates[index].isCutOff
            let answer = isLost ? .failed : serve(effect)
            // An answer may be lost after the write was done.
            let arrives = isLost || Int.random(in: 0..<20, using: &generator) == 0 ? LeaseElection.Event.failed : answer
            let delay = isLost ? Duration.seconds(5) : delay()
            messages.append((now.advanced(by: delay), .answer(index, arrives)))
        }
    }

    private mutating func serve(_ effect: LeaseElection.Effect) -> LeaseElection.Event {
        switch effect {
        case .fetch: return .fetched(lease)
        case .create(let record): return lease == nil ? store(record) : .conflicted
        case .update(let record, let version):
            return lease?.metadata.resourceVersion == version ? store(record) : .conflicted
        case .startTimer, .report, .finished: return .failed
        }
    }

    private mutating func store(_ record: LeaseRecord) -> LeaseElection.Event {
        version += 1
        let written = Lease(metadata: ObjectMeta(name: "l", resourceVersion: "\(version)"), spec: record)
        lease = written
        return .written(written)
    }

    private mutating func feed(_ event: LeaseElection.Event, to index: Int) {
        let wallClock = Timestamp(microseconds: now.nanoseconds / 1000)
        for effect in candidates[index].election.handle(event, at: now, wallClock: wallClock) {
            switch effect {
            case .fetch, .create, .update: messages.append((now.advanced(by: delay()), .request(index, effect)))
            case .startTimer(let wait): candidates[index].timer = now.advanced(by: wait)
            case .report(let leadership): candidates[index].isLeading = leadership.isLeading
            case .finished: candidates[index].timer = nil
            }
        }
    }

    private mutating func delay() -> Duration { .milliseconds(Int.random(in: 1..<400, using: &generator)) }
}

@Suite("The election among several")
struct LeaseSimulationTests {
    @Test("never two leaders, and one again soon after each cut", arguments: 0..<100 as Range<UInt64>)
    func partitions(seed: UInt64) {
        var simulation = LeaseSimulation(candidates: 3, seed: seed)
        var generator = SeededGenerator(seed: seed ^ 0xFFFF)
        for _ in 0..<20 {
            let limit = simulation.now.advanced(by: .seconds(40))
            while simulation.step(until: limit) {}
            #expect(simulation.leaders.count == 1)
            for index in 0..<3 { simulation.cut(index, off: false) }
            // Nobody to be cut off twice in a row for so long that no leader can be.
            if Bool.random(using: &generator), let leader = simulation.leaders.first {
                simulation.cut(leader, off: true)
            } else {
                simulation.cut(Int.random(in: 0..<3, using: &generator), off: true)
            }
        }
        #expect(!simulation.hadTwoLeaders)
        #expect(simulation.handovers > 3)
    }
}
