import Lab
import NetworkTypes

/// How long a client still gets ARP answers for addresses whose herald was killed.
struct OutlivingBenchmark {
    /// A herald that was killed, and the client that asks on.
    struct Death {
        let stage: Stage
        let probe: ARPProbe
        let time: MonotonicTime

        /// Kills it while its client asks for some of its addresses, each once in every interval.
        init(of herald: Running, on stage: Stage, asking places: [Int], every interval: Duration) throws {
            self.stage = stage
            probe = try stage.client.askARP(for: places.map(stage.address), .all, every: interval)
            LabClock.sleep(for: .milliseconds(100))
            time = herald.kill9()
        }

        /// Waits for the end of the last address; milliseconds from the kill to the last answer.
        func waitForSilence() throws -> [Double] {
            let pool = stage.addresses(0..<IdleBenchmark.services)
            try eventually("the addresses are gone", within: .seconds(60), every: .milliseconds(100)) {
                Set(try stage.node.addresses().map(\.address)).isDisjoint(with: pool)
            }
            LabClock.sleep(for: .milliseconds(100))
            let last = try probe.finish().targets.compactMap(\.lastAnswered).max()
            return last.map { [max(milliseconds(from: time, to: $0), 0)] } ?? []
        }
    }

    /// Each with `IdleBenchmark.services` addresses; they are killed here.
    let full: [(attach: Attachment, stage: Stage, herald: Running)]

    func figures() throws -> [Figure] {
        // Twenty addresses share what one asker may ask of user space in a second.
        let deaths = try full.map { each in
            let places = Array(stride(from: 0, to: IdleBenchmark.services, by: IdleBenchmark.services / 20))
            let some = each.attach == .interface ? places : Array(places.prefix(4))
            let death = try Death(
                of: each.herald, on: each.stage, asking: some, every: .milliseconds(some.count))
            return (each.attach, death)
        }
        // The quick ones first; the stage of the slow one is free last.
        let quick = try deaths.filter { $0.0 != .interface }.map { try figure($0.0, 1_000, $0.1.waitForSilence()) }
        guard let spare = full.last?.stage else { return quick }
        let single = try Attachment.allCases.map { attach in
            try figure(attach, 1, singles(attach, on: spare, runs: attach == .interface ? 3 : 5))
        }
        let slow = try deaths.filter { $0.0 == .interface }.map { try figure($0.0, 1_000, $0.1.waitForSilence()) }
        return single + slow + quick
    }

    private func singles(_ attach: Attachment, on stage: Stage, runs: Int) throws -> [Double] {
        try (0..<runs).flatMap { _ in
            let site = try stage.makeSite(attach)
            try site.add(["seed"])
            let herald = try stage.start(site)
            return try Death(of: herald, on: stage, asking: [0], every: .milliseconds(1)).waitForSilence()
        }
    }

    private func figure(_ attach: Attachment, _ count: Int, _ samples: [Double]) -> Figure {
        let goal: Figure.Goal? =
            switch (attach, count) {
            case (.interface, 1): .worst(6_000)
            case (.interface, _): nil
            case (.link, _), (.none, _): .worst(20)
            }
        let addresses = count == 1 ? "1 address" : "1,000 addresses"
        return Figure("kill -9 to last ARP answer, \(addresses), attach \(attach.rawValue)", "ms", goal: goal, samples)
    }
}
