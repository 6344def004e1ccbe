import Glibc
import Lab

/// All measurements, in the order of the table.
struct Suite {
    let options: Options
    private(set) var report = Report(machine: Machine())

    init(_ options: Options) {
        self.options = options
    }

    mutating func run() throws {
        let binary = options.herald
        measure("the binary") { try Self.binary(binary) }
        measure("allocation") { AllocationBenchmark().figures() }
        measure("planner") { PlannerBenchmark().figures() }
        measure("responder") { ResponderBenchmark().figures() }
        measure("membership: 100 members") { try MembershipBenchmark().figures() }
        measure("status page") { PageBenchmark().figures() }
        measure("routing: messages") { MessageBenchmark().figures() }
        let lab = try Lab.make(named: "bench")
        defer {
            try? lab.close()
            Stage.clean()
        }
        try runOnNodes(lab)
        try runOnRouters(lab)
        try runOnCluster(lab)
    }

    /// All have "routing" in their title.
    private mutating func runOnRouters(_ lab: Lab) throws {
        guard "routing".contains(options.only) || options.only.hasPrefix("routing") else { return }
        let stage = try RouterStage(in: lab, herald: options.herald)
        measure("routing: first UPDATE") { try FirstUpdateBenchmark(stage: stage).figures() }
        measure("routing: memory of a peer") { try PeerMemoryBenchmark(stage: stage).figures() }
        measure("routing: 10,000 prefixes") { try RouteBenchmark(stage: stage).figures() }
        measure("routing: BFD") { try DetectionBenchmark(stage: stage).figures() }
    }

    /// All have "cluster" in their title, so that  --only cluster  runs them alone.
    private mutating func runOnCluster(_ lab: Lab) throws {
        guard "cluster".contains(options.only) || options.only.hasPrefix("cluster") else { return }
        measure("cluster: decoding") { try DecodingBenchmark().figures() }
        let stage = try ClusterStage(in: lab, herald: options.herald)
        measure("cluster: reaction") { try ClusterReactionBenchmark(stage: stage).figures() }
        for count in [500, 1_000, 5_000] {
            measure("cluster: burst of \(count)") { try ClusterBurstBenchmark(stage: stage, count: count).figures() }
        }
        measure("cluster: scale") { try ClusterScaleBenchmark(stage: stage).figures() }
    }

    private mutating func runOnNodes(_ lab: Lab) throws {
        let stages = try Attachment.allCases.map { _ in try Stage(in: lab, herald: options.herald) }
        guard let stage = stages.first else { return }
        for attach in [Attachment.interface, .none] {
            measure("reaction, attach \(attach)") { try ReactionBenchmark(stage: stage, attach: attach).figures() }
            measure("start, attach \(attach)") { try StartBenchmark(stage: stage, attach: attach).figures() }
        }
        for isInMemory in [false, true] {
            for count in [500, 1_000] {
                measureBursts(of: count, on: stage, isInMemory: isInMemory)
            }
        }
        measure("memory") { try MemoryBenchmark(stage: stage).figures() }
        measure("idle and death") {
            let idle = try IdleBenchmark(stages: stages)
            let figures = try idle.figures()
            return figures + (try OutlivingBenchmark(full: idle.running).figures())
        }
    }

    private mutating func measureBursts(of count: Int, on stage: Stage, isInMemory: Bool) {
        for layout in isInMemory ? [BurstBenchmark.Layout.oneFile] : [.files, .oneFile] {
            measure("burst of \(count), \(layout.rawValue)\(isInMemory ? " in memory" : "")") {
                try BurstBenchmark(stage: stage, count: count, layout: layout, isInMemory: isInMemory).figures()
            }
        }
    }

    private mutating func measure(_ title: String, _ body: () throws -> [Figure]) {
        guard options.only.isEmpty || title.contains(options.only) else { return }
        report.measure(title, body)
    }

    static func binary(_ path: String) throws -> [Figure] {
        var facts = stat()
        guard unsafe stat(path, &facts) == 0 else { throw Site.Failure(description: "stat of \(path): errno \(errno)") }
        return [
            Figure("size of the binary", "MiB", goal: .median(28e6 / 1_048_576), [Double(facts.st_size) / 1_048_576])
        ]
    }
}
