import Configuration
import Glibc
import IPAM
import LoadBalancing
import Netlink
import NetworkTypes

@testable import Kubernetes
@testable import KubernetesSource

/// A cluster in one process, under a clock of its own: machines with herald on them, the segment between them, the API
/// server, and all that may happen to them. Equal options give equal runs.
final class World {
    struct Options {
        var seed: UInt64
        var machines = 3
        var services = 12
        /// Between two heartbeats.
        var interval = Duration.milliseconds(500)
        /// How long things happen before each calm.
        var storm = Duration.seconds(60)
        var rounds = 2
        /// Between two of the things that happen, on average.
        var pace = Duration.seconds(2)
        /// How much of what can happen does.
        var isRough = true
        var keepsHistory = false
        /// Whether there are nearly as many Services as there may be before anything else happens.
        var startsFull = false
        /// Whether it says every ten simulated seconds how far it is.
        var tellsProgress = false
    }

    enum Event {
        case wake(Int)
        case asked(Int, run: Int, Question, ticket: Int)
        case answered(Int, run: Int, Answer, ticket: Int)
        case watched(Int, run: Int, ClusterView.Part, WatchRequest, number: Int)
        case told(Int, ClusterView.Part, number: Int)
        case streamEnds(Int, ClusterView.Part, number: Int, isFailure: Bool)
        case bookmark(Int, ClusterView.Part, number: Int)
        case datagram(from: Int, to: [Int], [UInt8])
        case frame(from: Int, [UInt8])
        case attached(Int, run: Int, AddressKey, ticket: UInt64)
        case expired(Int, run: Int)
        case started(Int)
        /// The node reads the configuration as it is then.
        case configured(Int)
        case serverIsBack
        case endpoints(ServiceKey)
    }

    /// A watch that the server serves.
    struct Stream {
        var run: Int
        var number: Int
        var cursor: Int
        var isScheduled = false
    }

    struct StreamKey: Hashable {
        var machine: Int
        var part: ClusterView.Part
    }

    let options: Options
    var random: SeededGenerator
    private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000)
    var queue = EventQueue<Event>()
    var server = ModelServer()
    var isServerUp = true
    /// Whether requests get lost, and datagrams.
    var isStormy = false
    var machines: [Machine]
    var streams: [StreamKey: Stream] = [:]
    var settings: PlannerSettings
    /// Hosts that are none of ours and have addresses of the pools.
    var foreigners: [IPAddress: MACAddress] = [:]
    var judge = Judge()
    var names = 0
    /// What has broken, or was configured anew, since the last calm.
    var stormEvents = 0
    /// A sum over all that happened, in order.
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    private var progressDue = MonotonicTime.zero
    private(set) var events = 0
    private var wakesAtOnce = 0
    /// What happened, for people; kept only when asked for.
    private(set) var history: [String] = []

    init(_ options: Options) {
        self.options = options
        random = SeededGenerator(seed: options.seed)
        machines = (0..<options.machines).map(Machine.init)
        settings = Self.settings(for: options)
        for machine in machines {
            putNode(machine)
            startProcess(on: machine.index)
        }
    }

    /// Some hundreds of seconds before which nothing is known.
    private static let epoch: Int64 = 1_800_000_000

    static func unixTime(_ now: MonotonicTime) -> Int64 { epoch + now.nanoseconds / 1_000_000_000 }
    static func wallClock(_ now: MonotonicTime) -> Timestamp {
        Timestamp(microseconds: epoch * 1_000_000 + now.nanoseconds / 1_000)
    }

    static func settings(for options: Options) -> PlannerSettings {
        let size = UInt32(max(4, options.services * 5 / 4))
        let edge = IPAddress(ipv4: 0x0A00_4001)
        let range = AddressRange(first: edge, last: IPAddress(ipv4: 0x0A00_4000 + size))
        let six = IPAddress(ipv6: 0xFD00 << 112 | 0x10000)
        let sixEnd = IPAddress(ipv6: 0xFD00 << 112 | 0x10000 + UInt128(size))
        let named = AddressRange(first: IPAddress(ipv4: 0x0A00_C801), last: IPAddress(ipv4: 0x0A00_C803))
        var onRequest = Pool(name: "named", ranges: [named].compactMap(\.self))
        onRequest.autoAssign = false
        let pools = [
            Pool(name: "edge", ranges: [range, AddressRange(first: six, last: sixEnd)].compactMap(\.self)), onRequest,
        ]
        return PlannerSettings(node: "", mode: .arp, pools: pools.map { .init(pool: $0) })
    }

    // MARK: - Time

    func add(_ event: Event, after wait: Duration) {
        queue.add(event, at: now.advanced(by: wait))
    }

    /// Lets everything happen that is due by then.
    func run(for time: Duration) {
        let end = now.advanced(by: time)
        while let next = queue.next, next <= end, judge.problems.isEmpty, let first = queue.takeFirst() {
            wakesAtOnce = first.time == now ? wakesAtOnce + 1 : 0
            now = max(now, first.time)
            if wakesAtOnce > 100_000 { return complain("time stands still") }
            happen(first.event)
        }
        now = max(now, end)
    }

    func complain(_ problem: String) {
        judge.problems.append("at \(now.nanoseconds / 1_000_000) ms: \(problem)")
    }

    private func happen(_ event: Event) {
        events += 1
        note(UInt64(bitPattern: now.nanoseconds))
        switch event {
        case .wake(let index):
            guard machines[index].wake == now, !postpone(event, index) else { return }
            machines[index].wake = nil
            use(index) { $0.advance(to: $1) }
        case .asked(let index, let run, let question, let ticket): asked(index, run, question, ticket)
        case .answered(let index, let run, let answer, let ticket):
            guard isRunning(index, run), !postpone(event, index) else { return }
            use(index) { $0.answered(answer, ticket: ticket, at: $1) }
        case .watched(let index, let run, let part, let request, let number):
            watched(index, run, part, request, number)
        case .told(let index, let part, let number):
            if !postpone(event, index) { tell(index, part, number) }
        case .streamEnds(let index, let part, let number, let isFailure):
            if !postpone(event, index) { endStream(index, part, number, isFailure) }
        case .bookmark(let index, let part, let number):
            if !postpone(event, index) { bookmark(index, part, number) }
        case .datagram(let sender, let recipients, let bytes): deliver(bytes, from: sender, to: recipients)
        case .frame(let sender, let bytes): spread(bytes, from: sender)
        case .attached(let index, let run, let key, let ticket):
            guard isRunning(index, run), !postpone(event, index) else { return }
            use(index) { $0.attached(key, ticket: ticket, at: $1) }
        case .expired(let index, let run): expire(index, run)
        case .started(let index): if machines[index].process == nil { startProcess(on: index) }
        case .configured(let index):
            use(index) { [settings = settings(of: index)] in $0.configure(settings, at: $1) }
        case .serverIsBack: isServerUp = true
        case .endpoints(let key): changeEndpoints(of: key)
        }
    }

    func tell(_ text: @autoclosure () -> String) {
        if options.keepsHistory { history.append("\(now.nanoseconds / 1_000_000) \(text())") }
    }

    /// For worlds that take an hour.
    func tellProgress() {
        guard options.tellsProgress, now >= progressDue else { return }
        progressDue = now.advanced(by: .seconds(10))
        print("\(now.nanoseconds / 1_000_000_000) s: \(events) events, \(server.services.objects.count) Services")
        fflush(nil)
    }

    func note(_ number: UInt64) {
        digest = (digest ^ number) &* 0x100_0000_01B3
    }

    /// A machine that is frozen does later what it would have done now.
    private func postpone(_ event: Event, _ index: Int) -> Bool {
        guard let until = machines[index].frozenUntil else { return false }
        guard until > now else {
            machines[index].frozenUntil = nil
            return false
        }
        if case .wake = event { machines[index].wake = until }
        queue.add(event, at: until)
        return true
    }

    func isRunning(_ index: Int, _ run: Int) -> Bool { machines[index].process?.run == run }

    /// Hands an input to the process of a machine, and does what it asks for.
    func use(_ index: Int, _ input: (Process, MonotonicTime) -> Void) {
        guard let process = machines[index].process else { return }
        input(process, now)
        settle(index)
    }

    /// Does what the process of a machine has asked for, and wakes it when it wants.
    func settle(_ index: Int) {
        let machine = machines[index]
        guard let process = machine.process else { return }
        let actions = process.actions
        process.actions = []
        for action in actions { perform(action, of: index, process.run) }
        if process.isAllocator != machine.wasAllocator {
            machine.wasAllocator = process.isAllocator
            tell("\(machine.name) \(process.isAllocator ? "allocates" : "allocates no longer")")
        }
        for remark in process.remarks { tell("\(machine.name) notes \(remark)") }
        process.remarks = []
        for problem in process.problems { complain("\(machine.name): \(problem)") }
        process.problems = []
        for change in process.changes {
            judge.note(change, of: index, at: now)
            tell("\(machine.name) \(change.isAnnounced ? "announces" : "drops") \(change.address) by \(change.mode)")
        }
        process.changes = []
        note(UInt64(index) << 32 | UInt64(actions.count))
        schedule(index)
    }

    private func schedule(_ index: Int) {
        guard let next = machines[index].process?.nextWake else { return }
        let time = max(next, now)
        if let wake = machines[index].wake, wake <= time { return }
        machines[index].wake = time
        queue.add(.wake(index), at: time)
    }
}
