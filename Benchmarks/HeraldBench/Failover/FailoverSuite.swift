import Lab

/// What clients see when the owner of an address is lost or leaves: herald, and keepalived beside it in the same lab.
struct FailoverSuite {
    let options: Options
    private(set) var report = Report(machine: Machine())

    init(_ options: Options) {
        self.options = options
    }

    mutating func run() {
        let runs = options.runs
        for (title, tuning) in [("3 nodes", Tuning()), ("5 nodes", Tuning(nodes: 5))] {
            measure("herald, \(title)", tuning, Blow.allCases, runs)
        }
        measure("herald, 3 nodes, interval 10 ms", Tuning(interval: "10ms"), [.blocked, .frozen], runs)
        measure("herald, 3 nodes, attach none", Tuning(attach: "none"), [.blocked, .killed], runs)
        crowd("herald, 500 addresses on the lost node", runs: max(runs / 2, 1))
        calm("herald, every core busy for \(options.calmSeconds) s")
        measure("keepalived, default", Tuning(program: .keepalived(interval: "1", version: 2)), Blow.simple, runs)
        measure(
            "keepalived, VRRPv3 100 ms", Tuning(program: .keepalived(interval: "0.1", version: 3)), Blow.simple, runs)
    }

    private func isWanted(_ title: String) -> Bool { options.only.isEmpty || title.contains(options.only) }

    private mutating func measure(_ title: String, _ tuning: Tuning, _ blows: [Blow], _ runs: Int) {
        guard isWanted(title) else { return }
        for blow in blows where options.blow.isEmpty || blow.rawValue.contains(options.blow) {
            report.measure("\(title): \(blow.rawValue)") {
                let ring = try Ring(tuning, options)
                defer { ring.close() }
                return try FailoverBenchmark(ring: ring, blow: blow, title: title).figures(runs)
            }
        }
    }

    private mutating func crowd(_ title: String, runs: Int) {
        guard isWanted(title) else { return }
        report.measure(title) {
            let ring = try Ring(Tuning(addresses: 500, election: "leader"), options)
            defer { ring.close() }
            return try CrowdBenchmark(ring: ring, title: title).figures(runs)
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

    /// Those that any program can be dealt.
    static let simple: [Blow] = [.blocked, .unplugged, .frozen, .killed, .terminated]

    /// Whether clients are to notice nothing.
    var isPlanned: Bool { [.terminated, .drained, .restarted].contains(self) }
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
}
