/// What one part of the process tells about itself when it is asked: for metrics, the status and readiness.
public struct SelfReport: Sendable {
    /// For `/metrics`.
    public var metrics: [MetricSample] = []
    /// Tables for the status page and `/status`.
    public var sections: [StatusSection] = []
    /// For `/readyz`.
    public var checks: [ReadinessCheck] = []

    /// Tells nothing.
    public init() {}

    /// Puts what the other tells after what this one does.
    public mutating func append(_ other: SelfReport) {
        metrics += other.metrics
        sections += other.sections
        checks += other.checks
    }
}

/// Asked at each scrape, page and probe; it must answer at once from what it knows.
public typealias SelfReporter = @Sendable () async -> SelfReport
