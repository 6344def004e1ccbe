import CoreMetrics
import FoundationEssentials
import Testing

@testable import Operations

@Suite("Metrics")
struct MetricsTests {
    private func text(_ registry: MetricsRegistry, _ samples: [MetricSample] = []) -> String {
        String(decoding: registry.text(with: samples), as: UTF8.self)
    }

    @Test("a counter counts, keeps its labels in order, and has help and type")
    func counter() {
        let registry = MetricsRegistry()
        for _ in 0..<2 {
            Counter(
                label: "herald_kubernetes_requests_total", dimensions: [("verb", "get"), ("code", "200")],
                factory: registry
            ).increment(by: 2)
        }
        #expect(
            text(registry) == """
                # HELP herald_kubernetes_requests_total Requests to the API server, by verb and status code.
                # TYPE herald_kubernetes_requests_total counter
                herald_kubernetes_requests_total{code="200",verb="get"} 4

                """)
    }

    @Test("a timer fills the buckets of a histogram in seconds, each with all below it")
    func timer() {
        let registry = MetricsRegistry()
        let timer = Timer(label: "herald_operator_pass_duration_seconds", factory: registry)
        timer.recordNanoseconds(1_000_000)
        timer.recordNanoseconds(30_000_000_000)
        let lines = text(registry).split(separator: "\n")
        #expect(lines.contains("herald_operator_pass_duration_seconds_bucket{le=\"0.0005\"} 0"))
        #expect(lines.contains("herald_operator_pass_duration_seconds_bucket{le=\"0.001\"} 1"))
        #expect(lines.contains("herald_operator_pass_duration_seconds_bucket{le=\"10\"} 1"))
        #expect(lines.contains("herald_operator_pass_duration_seconds_bucket{le=\"+Inf\"} 2"))
        #expect(lines.contains("herald_operator_pass_duration_seconds_sum 30.001"))
        #expect(lines.contains("herald_operator_pass_duration_seconds_count 2"))
    }

    @Test("a label's value cannot end its line or its quotes")
    func hostileLabel() {
        let sample = MetricSample("herald_services", [("state", "a\"} 9\nherald_evil 1\\")], 1)
        #expect(
            text(MetricsRegistry(), [sample]).hasSuffix("herald_services{state=\"a\\\"} 9\\nherald_evil 1\\\\\"} 1\n"))
    }

    @Test("a metric with too many labels stops growing")
    func bounded() {
        let registry = MetricsRegistry()
        for number in 0..<(MetricsRegistry.seriesLimit + 50) {
            Counter(label: "herald_x_total", dimensions: [("n", String(number))], factory: registry).increment()
        }
        #expect(text(registry).split(separator: "\n").count == MetricsRegistry.seriesLimit + 2)
    }

    @Test(
        "numbers are written as Prometheus reads them",
        arguments: [
            (1.0, "1"), (0.5, "0.5"), (-3, "-3"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (1.8446744073709552e19, "1.8446744073709552e+19"),
        ])
    func numbers(value: Double, text: String) {
        #expect(PrometheusText.text(value) == text)
    }

    @Test("every metric that the code names is described, and every description follows the conventions")
    func catalogue() throws {
        let known = Set(MetricCatalogue.all.map(\.name))
        #expect(known.count == MetricCatalogue.all.count)
        for metric in MetricCatalogue.all {
            #expect(metric.name.hasSuffix("_total") == (metric.kind == .counter), "\(metric.name)")
            #expect(metric.help.hasSuffix("."), "\(metric.name)")
        }
        let root = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
        var found = 0
        for path in try FileManager.default.subpathsOfDirectory(atPath: root + "/Sources/.")
        where path.hasSuffix(".swift") && !path.hasSuffix("MetricCatalogue.swift") {
            let source = try String(contentsOfFile: "\(root)/Sources/\(path)", encoding: .utf8)
            for part in source.split(separator: "\"herald_").dropFirst() {
                let name = "herald_" + part.prefix { $0.isLetter || $0 == "_" || $0.isNumber }
                guard part.dropFirst(name.count - 7).first == "\"" else { continue }
                #expect(known.contains(name), "\(path): \(name) is not in MetricCatalogue")
                found += 1
            }
        }
        #expect(found > 10)
    }
}
