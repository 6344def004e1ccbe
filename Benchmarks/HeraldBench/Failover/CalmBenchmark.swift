import Glibc
import Lab
import NetworkTypes

/// With every core busy and nothing wrong, nobody is to be taken for dead.
struct CalmBenchmark {
    let ring: Ring
    let title: String
    let seconds: Int

    func figures() throws -> [Figure] {
        let before = ring.nodes.indices.map { takeovers(ring.log($0)) }
        let burners = try (0..<sysconf(Int32(_SC_NPROCESSORS_ONLN))).map { _ in
            try ring.client.start(["/bin/sh", "-c", "while :; do :; done"])
        }
        let probe = try ring.client.probe(ring.addresses, every: .milliseconds(10))
        LabClock.sleep(for: .seconds(seconds))
        let report = try probe.finish()
        for burner in burners { burner.kill9() }
        let after = ring.nodes.indices.map { takeovers(ring.log($0)) }
        let lost = report.targets.reduce(0) { $0 + $1.lost }
        return [
            Figure(
                "\(title): false takeovers", "", goal: .worst(0.5),
                [Double(zip(after, before).reduce(0) { $0 + $1.0 - $1.1 })]),
            Figure("\(title): packets lost", "", goal: .worst(0.5), [Double(lost)]),
        ]
    }

    private func takeovers(_ log: String) -> Int {
        log.split(separator: "\n").count { $0.contains("addresses claimed") }
    }
}
