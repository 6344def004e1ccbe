/// What a metric is, as `# HELP` and `# TYPE` say.
public struct MetricDescription: Hashable, Sendable {
    /// The type of a metric; the raw value is what `# TYPE` says.
    public enum Kind: String, Hashable, Sendable {
        case counter, gauge, histogram
    }

    /// `herald_<subsystem>_<what>_<unit>`; that of a counter ends in `_total`.
    public var name: String
    /// Only a histogram has buckets.
    public var kind: Kind
    /// One sentence.
    public var help: String
    /// Upper bounds of a histogram's buckets, in the metric's unit and ascending.
    public var buckets: [Double] = []

    /// What only goes up; the name is to end in `_total`.
    public static func counter(_ name: String, _ help: String) -> MetricDescription {
        MetricDescription(name: name, kind: .counter, help: help)
    }

    /// What goes up and down.
    public static func gauge(_ name: String, _ help: String) -> MetricDescription {
        MetricDescription(name: name, kind: .gauge, help: help)
    }

    /// How values spread over `buckets`: ascending upper bounds in the metric's unit, by default in seconds.
    public static func histogram(
        _ name: String, _ help: String, buckets: [Double] = Self.secondBuckets
    ) -> MetricDescription {
        MetricDescription(name: name, kind: .histogram, help: help, buckets: buckets)
    }

    /// For what takes from half a millisecond to ten seconds.
    public static let secondBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
}
