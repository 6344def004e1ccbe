import Lab
import NetworkTypes

/// What clients see when the owner of an address is lost or leaves: herald, and keepalived beside it in the same lab.
struct FailoverSuite {
    let options: Options
    private(set) var report = Report(machine: Machine())
    private let began = LabClock.now

    init(_ options: Options) {
        self.options = options
    }

    mutating func run() {
        let runs = options.runs
        Progress.note("about \(2 + 2 * runs + options.calmSeconds / 60) minutes, at most \(options.minutes)")
        measure("herald, 3 nodes", Tuning(), Blow.allCases, runs)
        measure("herald, 5 nodes", Tuning(nodes: 5), Blow.simple, runs)
        measure("herald, 3 nodes, interval 10 ms", Tuning(interval: "10ms"), [.blocked, .frozen], runs)
        measure("herald, 3 nodes, attach link", Tuning(attach: "link"), [.blocked, .killed], runs)
        measure("herald, 3 nodes, attach none", Tuning(attach: "none"), [.blocked, .killed], runs)
        measure(
            "herald, 3 nodes, API server away", Tuning(isServerAway: true),
            [.blocked, .frozen, .killed, .terminated], runs)
        for count in [500, 1_000] {
            crowd("herald, \(count) addresses on the lost node", count, runs: max(runs / 4, 1))
        }
        quiet("herald, 12 members")
        calm("herald, every core busy for \(options.calmSeconds) s")
        measure("keepalived, default", Tuning(program: .keepalived(interval: "1", version: 2)), Blow.simple, runs)
        measure(
            "keepalived, VRRPv3 100 ms", Tuning(program: .keepalived(interval: "0.1", version: 3)), Blow.simple, runs)
    }

    /// What is not begun in time is told and left out.
    private mutating func isWanted(_ title: String) -> Bool {
        guard options.only.isEmpty || title.contains(options.only) else { return false }
        guard began.duration(to: LabClock.now) < .seconds(60 * options.minutes) else {
            report.measure(title) { throw Site.Failure(description: "\(options.minutes) minutes are over (--minutes)") }
            return false
        }
        return true
    }

    private mutating func measure(_ title: String, _ tuning: Tuning, _ blows: [Blow], _ runs: Int) {
        for blow in blows where options.blow.isEmpty || blow.rawValue.contains(options.blow) {
            guard isWanted("\(title): \(blow.rawValue)") else { continue }
            report.measure("\(title): \(blow.rawValue)") {
                let ring = try Ring(tuning, options)
                defer { ring.close() }
                return try FailoverBenchmark(ring: ring, blow: blow, title: title).figures(runs)
            }
        }
    }

    private mutating func crowd(_ title: String, _ count: Int, runs: Int) {
        guard isWanted(title) else { return }
        report.measure(title) {
            let ring = try Ring(Tuning(addresses: count, election: "leader"), options)
            defer { ring.close() }
            return try CrowdBenchmark(ring: ring, title: title).figures(runs)
        }
    }

    private mutating func quiet(_ title: String) {
        guard isWanted(title) else { return }
        report.measure(title) {
            let ring = try Ring(Tuning(nodes: 12, addresses: 12), options)
            defer { ring.close() }
            return try QuietBenchmark(ring: ring, title: title).figures()
        }
    }

    private mutating func calm(_ title: String) {
        guard isWanted(title) else { return }
        report.measure(title) {
            let ring = try Ring(Tuning(addresses: 6), options)
            defer { ring.close() }
            return try CalmBenchmark(ring: ring, title: title, seconds: options.calmSeconds).figures()
        }
    }
}

/// What happens to the owner of an address.
enum Blow: String, CaseIterable {
    /// The switch loses all of its frames; its carrier stays.
    case blocked = "link cut, carrier stays"
    /// The cable is pulled.
    case unplugged = "cable pulled"
    case frozen = "SIGSTOP"
    case killed = "kill -9"
    case terminated = "SIGTERM"
    case drained = "herald drain"
    case restarted = "rolling restart"
    case unheard = "heartbeats blocked, clients pass"
    /// The owner alone on one side, everybody else on the other, until both have an owner.
    case parted = "partition and heal"

    /// Those that any program can be dealt.
    static let simple: [Blow] = [.blocked, .unplugged, .frozen, .killed, .terminated]

}

/// What runs, and how.
struct Tuning {
    enum Program {
        case herald
        case keepalived(interval: String, version: Int)
    }

    var program = Program.herald
    var nodes = 3
    var addresses = 1
    var interval = "50ms"
    var attach = "interface"
    var election = "spread"
    /// Whether Services and nodes come from an API server, which is gone before the first blow.
    var isServerAway = false
}
