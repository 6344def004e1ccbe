import Lab

/// Every row of the goals that can be measured without another load balancer for Kubernetes, in less than twenty minutes;
/// keepalived, BIRD, GoBGP and ExaBGP stand beside herald in the same run.
struct FiguresSuite {
    let options: Options
    private(set) var report = Report(machine: Machine())

    init(_ options: Options) {
        self.options = options
    }

    mutating func run() {
        failover()
        cluster()
        onNodes()
        routing()
    }

    /// What is measured, but is no row of the table, is left out.
    private mutating func measure(_ title: String, keeping wanted: [String] = [], _ body: () throws -> [Figure]) {
        guard options.only.isEmpty || title.contains(options.only) else { return }
        report.measure(title) {
            try body().filter { figure in
                wanted.isEmpty || wanted.contains { figure.what.contains($0) }
            }
        }
    }

    // MARK: - Failover

    private mutating func failover() {
        let herald = Tuning()
        blow(.blocked, herald, "herald", 15, ["outage", "two owners"])
        blow(.killed, herald, "herald", 8, ["new owner"])
        blow(.terminated, herald, "herald", 15, ["packets lost", "new owner"])
        let slow = Tuning(program: .keepalived(interval: "1", version: 2))
        blow(.blocked, slow, "keepalived 1 s", 5, ["outage"])
        let fast = Tuning(program: .keepalived(interval: "0.1", version: 3))
        blow(.blocked, fast, "keepalived 0.1 s", 8, ["outage"])
        blow(.killed, fast, "keepalived 0.1 s", 4, ["new owner"])
        blow(.terminated, fast, "keepalived 0.1 s", 6, ["packets lost", "new owner"])
        let options = options
        measure("failover: 500 addresses", keeping: ["last announced", "not announced"]) {
            let ring = try Ring(Tuning(addresses: 500, election: "leader"), options)
            defer { ring.close() }
            return try CrowdBenchmark(ring: ring, title: "link cut with 500 addresses").figures(4)
        }
        measure("failover: calm") {
            let ring = try Ring(Tuning(addresses: 6), options)
            defer { ring.close() }
            let seconds = options.calmSeconds
            return try CalmBenchmark(ring: ring, title: "every core busy for \(seconds) s", seconds: seconds).figures()
        }
    }

    private mutating func blow(_ blow: Blow, _ tuning: Tuning, _ title: String, _ runs: Int, _ wanted: [String]) {
        let options = options
        measure("failover: \(title), \(blow.rawValue)", keeping: wanted) {
            let ring = try Ring(tuning, options)
            defer { ring.close() }
            return try FailoverBenchmark(ring: ring, blow: blow, title: title).figures(runs)
        }
    }

    // MARK: - From Services

    private mutating func cluster() {
        let options = options
        do {
            let stage = try FigureStage(options)
            defer { stage.close() }
            measure("cluster: first packet") { try FirstPacketBenchmark(stage: stage, services: 20).figures() }
            measure("cluster: API server gone") { try AbsenceBenchmark(stage: stage, seconds: 60).figures() }
            measure("cluster: routes") {
                try RouteReactionBenchmark(stage: stage, services: 30, cuts: 8).figures()
            }
        } catch {
            report.measure("cluster: stage") { throw error }
        }
        do {
            let lab = try Lab.make(named: "figures")
            defer { try? lab.close() }
            let stage = try ClusterStage(in: lab, herald: options.herald)
            measure("cluster: status", keeping: ["Service created"]) {
                try ClusterReactionBenchmark(stage: stage).figures()
            }
            for count in [500, 1_000] {
                measure("cluster: burst of \(count)", keeping: ["last status"]) {
                    try ClusterBurstBenchmark(stage: stage, count: count).figures()
                }
            }
            try? stage.server.end()
        } catch {
            report.measure("cluster: bursts") { throw error }
        }
    }

    // MARK: - One node

    private mutating func onNodes() {
        let options = options
        measure("node: binary") { try Suite.binary(options.herald) }
        do {
            let lab = try Lab.make(named: "figures")
            defer {
                try? lab.close()
                Stage.clean()
            }
            let stages = try Attachment.allCases.map { _ in try Stage(in: lab, herald: options.herald) }
            guard let stage = stages.first else { return }
            for attach in Attachment.allCases {
                measure("node: start, attach \(attach)") { try StartBenchmark(stage: stage, attach: attach).figures() }
            }
            measure("node: memory", keeping: ["memory"]) { try MemoryBenchmark(stage: stage).figures() }
            measure("node: memory with 1,000", keeping: ["memory"]) {
                try BurstBenchmark(stage: stage, count: 1_000, layout: .oneFile, isInMemory: false).figures()
            }
            measure("node: idle and death", keeping: ["processor", "kill -9"]) {
                let idle = try IdleBenchmark(stages: stages)
                return try idle.figures() + OutlivingBenchmark(full: idle.running).figures()
            }
        } catch {
            report.measure("node: stages") { throw error }
        }
    }

    private mutating func routing() {
        let options = options
        measure("routing: 10,000 routes", keeping: ["prefixes to BIRD"]) {
            let lab = try Lab.make(named: "figures")
            defer { try? lab.close() }
            return try RouteBenchmark(stage: RouterStage(in: lab, herald: options.herald)).figures()
        }
    }
}
