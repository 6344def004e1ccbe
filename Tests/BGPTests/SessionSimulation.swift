import BGP
import NetworkTypes

/// Two sessions, a network between them and a virtual clock; everything that can come in another order does.
struct SessionSimulation {
    /// One TCP connection as both ends see it.
    struct Link {
        let dialer: Int
        let dialerID: ConnectionID
        let listenerID: ConnectionID
        /// Which ends have closed it.
        var closed = [false, false]
        var isCut = false
        /// When the last delivery to each end is due: deliveries keep their order.
        var lastDelivery: [Int64] = [0, 0]
    }

    enum Delivery {
        case event(SessionEvent)
        case timer(SessionTimer, generation: Int)
    }

    var sessions: [Session]
    var random: SeededGenerator
    var now: Int64 = 0
    var links: [Link] = []
    var established: [ConnectionID?] = [nil, nil]
    var establishments = [0, 0]
    var dials = [0, 0]
    /// Whether dials succeed.
    var isConnected = true
    private var queue: [(time: Int64, order: Int, side: Int, delivery: Delivery)] = []
    private var generations: [[SessionTimer: Int]] = [[:], [:]]
    private var counter = 0

    init(_ configurations: [SessionConfiguration], seed: UInt64) {
        random = SeededGenerator(seed: seed)
        sessions = configurations.enumerated().map { Session(configuration: $1, seed: seed &* 2 &+ UInt64($0)) }
    }

    mutating func feed(_ side: Int, _ event: SessionEvent) {
        for effect in sessions[side].handle(event) { perform(effect, side) }
    }

    /// Runs until nothing is due before `seconds` of virtual time have passed.
    mutating func run(seconds: Int64) {
        let end = now + seconds * 1_000_000
        while let index = queue.indices.min(by: {
            (queue[$0].time, queue[$0].order) < (queue[$1].time, queue[$1].order)
        }),
            queue[index].time <= end
        {
            let next = queue.remove(at: index)
            now = max(now, next.time)
            switch next.delivery {
            case .event(let event): feed(next.side, event)
            case .timer(let timer, let generation):
                if generations[next.side][timer] == generation { feed(next.side, .timerExpired(timer)) }
            }
        }
        now = end
    }

    private mutating func schedule(_ side: Int, at time: Int64, _ delivery: Delivery) {
        counter += 1
        queue.append((time, counter, side, delivery))
    }

    /// Up to 5 ms on the way.
    private mutating func latency() -> Int64 { Int64.random(in: 1...5_000, using: &random) }

    private mutating func perform(_ effect: SessionEffect, _ side: Int) {
        switch effect {
        case .connect(let id): connect(id, side)
        case .close(let id, let how): close(id, side, how)
        case .send(let id, let octets): deliver(.received(id, octets), from: side, id)
        case .startTimer(let timer, let duration):
            generations[side][timer, default: 0] += 1
            let late = Int64.random(in: 0...20_000, using: &random)
            let time = now + duration.wholeNanoseconds / 1_000 + late
            schedule(side, at: time, .timer(timer, generation: generations[side][timer, default: 0]))
        case .stopTimer(let timer): generations[side][timer, default: 0] += 1
        case .established(let id, _):
            established[side] = id
            establishments[side] += 1
        case .lost: established[side] = nil
        case .report, .refreshRequested, .fault, .prefixLimitExceeded: break
        }
    }

    private mutating func connect(_ id: ConnectionID, _ side: Int) {
        dials[side] += 1
        guard isConnected else {
            return schedule(side, at: now + latency(), .event(.connectFailed(id, "unreachable")))
        }
        var link = Link(dialer: side, dialerID: id, listenerID: .incoming(UInt64(links.count)))
        link.lastDelivery[side] = now + latency()
        link.lastDelivery[1 - side] = now + latency()
        links.append(link)
        schedule(side, at: link.lastDelivery[side], .event(.connected(id)))
        schedule(1 - side, at: link.lastDelivery[1 - side], .event(.accepted(link.listenerID)))
    }

    private func index(_ id: ConnectionID, _ side: Int) -> Int? {
        links.firstIndex { $0.dialer == side ? $0.dialerID == id : $0.listenerID == id }
    }

    private mutating func close(_ id: ConnectionID, _ side: Int, _ how: SessionEffect.Closing) {
        guard let index = index(id, side), !links[index].closed[side] else { return }
        links[index].closed[side] = true
        deliver(.closed(id, "closed"), from: side, id)
    }

    /// Turns an event of one end into the same event of the other, later and in order.
    private mutating func deliver(_ event: SessionEvent, from side: Int, _ id: ConnectionID) {
        guard let index = index(id, side), !links[index].isCut else { return }
        let other = 1 - side
        let otherID = links[index].dialer == other ? links[index].dialerID : links[index].listenerID
        let time = max(now + latency(), links[index].lastDelivery[other] + 1)
        links[index].lastDelivery[other] = time
        switch event {
        case .received(_, let octets):
            // In two pieces, so that messages are cut anywhere.
            let cut = Int.random(in: 0...octets.count, using: &random)
            schedule(other, at: time, .event(.received(otherID, Array(octets[..<cut]))))
            schedule(other, at: time, .event(.received(otherID, Array(octets[cut...]))))
        case .closed: schedule(other, at: time, .event(.closed(otherID, "closed by the peer")))
        default: break
        }
    }

    /// Connections that neither end has closed.
    var openLinks: [Link] { links.filter { $0.closed == [false, false] } }

    /// Both ends are established on one connection, and it is the only one.
    var isOneSession: Bool {
        guard sessions.allSatisfy({ $0.state == .established }), openLinks.count == 1, let link = openLinks.first else {
            return false
        }
        return established[link.dialer] == link.dialerID && established[1 - link.dialer] == link.listenerID
    }

    /// Text, so that a failure shows the states.
    var verdict: String {
        isOneSession ? "one session" : "\(sessions.map(\.state)), \(openLinks.count) open, \(sessions.map(\.lastError))"
    }

    /// Loses every connection without a word.
    mutating func cut() {
        for index in links.indices where links[index].closed != [true, true] {
            links[index].isCut = true
            for side in 0...1 {
                let id = links[index].dialer == side ? links[index].dialerID : links[index].listenerID
                if !links[index].closed[side] {
                    links[index].closed[side] = true
                    let time = max(now + latency(), links[index].lastDelivery[side] + 1)
                    schedule(side, at: time, .event(.closed(id, "cut")))
                }
            }
        }
    }
}
