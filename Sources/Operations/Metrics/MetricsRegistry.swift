public import CoreMetrics
import NIOConcurrencyHelpers

/// Keeps what the code counts and times through swift-metrics, and writes it for Prometheus.
///
/// What only has to be known when it is asked for comes as `MetricSample` instead and needs no counter.
public final class MetricsRegistry: MetricsFactory, Sendable {
    private enum Cell {
        case counter(CounterCell)
        case gauge(GaugeCell)
        case histogram(HistogramCell)
    }

    /// Cells by name, then by labels.
    private let cells = NIOLockedValueBox<[String: [String: Cell]]>([:])

    /// Different labels that one metric may have; what exceeds them is counted nowhere.
    static let seriesLimit = 1_000

    /// Without a single metric.
    public init() {}

    /// Everything there is, each metric once, by name. Samples that do not fit the catalogue have no help.
    public func text(with samples: [MetricSample]) -> [UInt8] {
        let cells = cells.withLockedValue { $0 }
        let sampled = Dictionary(grouping: samples, by: \.name)
        var text = PrometheusText()
        for name in Set(cells.keys).union(sampled.keys).sorted() {
            let description = Self.description(of: name, .gauge)
            text.begin(description)
            for (labels, cell) in (cells[name] ?? [:]).sorted(by: { $0.key < $1.key }) {
                switch cell {
                case .counter(let cell): text.add(name, labels: labels, cell.value)
                case .gauge(let cell): text.add(name, labels: labels, cell.value)
                case .histogram(let cell):
                    let value = cell.value
                    text.add(description, labels: labels, counts: value.counts, sum: value.sum)
                }
            }
            // Of two samples with the same labels the first counts.
            let values = Dictionary(
                (sampled[name] ?? []).map { (PrometheusText.labels($0.labels), $0.value) },
                uniquingKeysWith: { first, _ in first })
            for (labels, value) in values.sorted(by: { $0.key < $1.key }) where cells[name]?[labels] == nil {
                text.add(name, labels: labels, value)
            }
        }
        return text.bytes
    }

    private static func description(of name: String, _ kind: MetricDescription.Kind) -> MetricDescription {
        MetricCatalogue.byName[name] ?? MetricDescription(name: name, kind: kind, help: "Not described.")
    }

    // MARK: MetricsFactory

    /// The counter of that name with those labels; one that is there already is handed out again.
    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        counter(label, dimensions)
    }

    /// The same as `makeCounter(label:dimensions:)`: both kinds share their counters.
    public func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        counter(label, dimensions)
    }

    /// The gauge of that name with those labels; one that is there already is handed out again.
    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    /// A histogram with the catalogue's buckets when it aggregates, otherwise a gauge that keeps the last value.
    public func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate ? histogram(label, dimensions) : gauge(label, dimensions)
    }

    /// A histogram in seconds with the catalogue's buckets.
    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        histogram(label, dimensions)
    }

    // Counters are made once for a life; nothing is forgotten.
    /// Does nothing: the counter stays.
    public func destroyCounter(_ handler: any CounterHandler) {}
    /// Does nothing: the counter stays.
    public func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    /// Does nothing: the gauge stays.
    public func destroyMeter(_ handler: any MeterHandler) {}
    /// Does nothing: the histogram or gauge stays.
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    /// Does nothing: the histogram stays.
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func counter(_ name: String, _ labels: [(String, String)]) -> CounterCell {
        if case .counter(let cell) = cell(name, labels, { .counter(CounterCell()) }) { cell } else { CounterCell() }
    }

    private func gauge(_ name: String, _ labels: [(String, String)]) -> GaugeCell {
        if case .gauge(let cell) = cell(name, labels, { .gauge(GaugeCell()) }) { cell } else { GaugeCell() }
    }

    private func histogram(_ name: String, _ labels: [(String, String)]) -> HistogramCell {
        let bounds = Self.description(of: name, .histogram).buckets
        let made = cell(name, labels) { .histogram(HistogramCell(bounds: bounds)) }
        return if case .histogram(let cell) = made { cell } else { HistogramCell(bounds: bounds) }
    }

    /// The cell that is there, or a new one; a new one is not kept when there are too many.
    private func cell(_ name: String, _ labels: [(String, String)], _ make: () -> Cell) -> Cell {
        let labels = PrometheusText.labels(labels.map { (name: $0.0, value: $0.1) })
        return cells.withLockedValue { cells in
            if let cell = cells[name]?[labels] { return cell }
            let cell = make()
            if (cells[name]?.count ?? 0) < Self.seriesLimit { cells[name, default: [:]][labels] = cell }
            return cell
        }
    }
}
