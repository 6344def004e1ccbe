/// One line of the result: what was measured, how often, and what came of it.
struct Figure {
    /// The most that is good enough.
    struct Goal {
        enum Judged: String, Encodable { case median, worst }

        let limit: Double
        let judged: Judged

        /// The median must be below.
        static func median(_ limit: Double) -> Goal { Goal(limit: limit, judged: .median) }
        /// Every sample must be below.
        static func worst(_ limit: Double) -> Goal { Goal(limit: limit, judged: .worst) }
    }

    let what: String
    let unit: String
    let goal: Goal?
    /// In ascending order.
    let samples: [Double]

    init(_ what: String, _ unit: String, goal: Goal? = nil, _ samples: [Double]) {
        self.what = what
        self.unit = unit
        self.goal = goal
        self.samples = samples.sorted()
    }

    var median: Double? { quantile(0.5) }
    /// By nearest rank: with fewer than 100 samples, the largest.
    var p99: Double? { quantile(0.99) }

    /// Nil without a goal; not met without a sample.
    var isMet: Bool? {
        goal.map { goal in
            switch goal.judged {
            case .median: median.map { $0 < goal.limit } ?? false
            case .worst: samples.last.map { $0 < goal.limit } ?? false
            }
        }
    }

    private func quantile(_ share: Double) -> Double? {
        guard !samples.isEmpty else { return nil }
        let rank = (Double(samples.count) * share).rounded(.up)
        return samples[min(max(Int(rank) - 1, 0), samples.count - 1)]
    }
}

extension Figure: Encodable {
    private enum Key: String, CodingKey {
        case what, unit, goal, judged, met, median, p99, min, max, n
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(what, forKey: .what)
        try container.encode(unit, forKey: .unit)
        try container.encodeIfPresent(goal?.limit, forKey: .goal)
        try container.encodeIfPresent(goal?.judged, forKey: .judged)
        try container.encodeIfPresent(isMet, forKey: .met)
        try container.encodeIfPresent(median, forKey: .median)
        try container.encodeIfPresent(p99, forKey: .p99)
        try container.encodeIfPresent(samples.first, forKey: .min)
        try container.encodeIfPresent(samples.last, forKey: .max)
        try container.encode(samples.count, forKey: .n)
    }
}
