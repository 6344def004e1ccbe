import FoundationEssentials
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
        let lab = try Lab.make(named: "bench")
        defer { try? lab.close() }
        try runOnNodes(lab)
    }

    private mutating func runOnNodes(_ lab: Lab) throws {
        let stages = try Attachment.allCases.map { _ in try Stage(in: lab, herald: options.herald) }
        guard let stage = stages.first else { return }
        for attach in [Attachment.interface, .none] {
            measure("reaction, attach \(attach)") { try ReactionBenchmark(stage: stage, attach: attach).figures() }
            measure("start, attach \(attach)") { try StartBenchmark(stage: stage, attach: attach).figures() }
        }
        for count in [500, 1_000] {
            for layout in [BurstBenchmark.Layout.files, .oneFile] {
                measure("burst of \(count), \(layout.rawValue)") {
                    try BurstBenchmark(stage: stage, count: count, layout: layout).figures()
                }
            }
        }
        measure("memory") { try MemoryBenchmark(stage: stage).figures() }
        measure("idle and death") {
            let idle = try IdleBenchmark(stages: stages)
            let figures = try idle.figures()
            return figures + (try OutlivingBenchmark(full: idle.running).figures())
        }
    }

    private mutating func measure(_ title: String, _ body: () throws -> [Figure]) {
        guard options.only.isEmpty || title.contains(options.only) else { return }
        report.measure(title, body)
    }

    private static func binary(_ path: String) throws -> [Figure] {
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        return [Figure("size of the binary", "MiB", goal: .median(28e6 / 1_048_576), [Double(size) / 1_048_576])]
    }
}
