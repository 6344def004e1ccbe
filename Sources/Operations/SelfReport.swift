/// What one part of the process tells about itself when it is asked: for metrics, the status and readiness.
public struct SelfReport: Sendable {
    /// Values of metrics, under names of `MetricCatalogue`.
    public var metrics: [MetricSample] = []
    /// Tables for the status page and `/status`.
    public var sections: [StatusSection] = []
    /// What must hold before the node is ready.
    public var checks: [ReadinessCheck] = []

    /// Nothing.
    public init() {}

    /// Adds what another part tells.
    public mutating func append(_ other: SelfReport) {
        metrics += other.metrics
        sections += other.sections
        checks += other.checks
    }
}

/// Asked at each scrape, page and probe; it must answer at once from what it knows.
public typealias SelfReporter = @Sendable () async -> SelfReport
