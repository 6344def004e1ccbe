import Lab
import NetworkTypes

/// What real nodes that share addresses do while nothing happens, each with its sockets and kernel.
struct QuietBenchmark {
    let ring: Ring
    let title: String
    private static let window = Duration.seconds(10)

    func figures() throws -> [Figure] {
        LabClock.sleep(for: .seconds(6))
        let before = try ring.nodes.indices.map(processorTime)
        let start = LabClock.now
        LabClock.sleep(for: Self.window)
        let seconds = Double(start.duration(to: LabClock.now).wholeNanoseconds) / 1e9
        let used = try ring.nodes.indices.map { (try processorTime($0) - before[$0]) / seconds * 100 }
        return [Figure("\(title): processor of each", "% of a core", used)]
    }

    private func processorTime(_ index: Int) throws -> Double {
        try ProcessorTime.seconds(of: try ring.process(index).pid)
    }
}
