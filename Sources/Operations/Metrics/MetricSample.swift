/// One value of a metric when it is asked for.
public struct MetricSample: Sendable {
    /// One that `MetricCatalogue` has.
    public var name: String
    /// Names and values; a value is never one that the author of a Service chooses.
    public var labels: [(name: String, value: String)]
    /// In the unit that the name ends in.
    public var value: Double

    /// A value as it is, in the metric's unit.
    public init(_ name: String, _ labels: [(name: String, value: String)] = [], _ value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }

    /// A whole number, in the metric's unit.
    public init(_ name: String, _ labels: [(name: String, value: String)] = [], _ value: Int) {
        self.init(name, labels, Double(value))
    }

    /// 1 for true, 0 for false.
    public init(_ name: String, _ labels: [(name: String, value: String)] = [], _ value: Bool) {
        self.init(name, labels, value ? 1 : 0)
    }
}
