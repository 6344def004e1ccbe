/// Writes metrics in Prometheus' text format 0.0.4.
struct PrometheusText {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var bytes: [UInt8] = []

    /// The head of a metric, before its values.
    mutating func begin(_ description: MetricDescription) {
        let help = Self.escaped(description.help, quotes: false)
        bytes += "# HELP \(description.name) \(help)\n# TYPE \(description.name) \(description.kind.rawValue)\n".utf8
    }

    /// `labels` as `labels(_:)` made them.
    mutating func add(_ name: String, labels: String, _ value: Double) {
        bytes += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(Self.text(value))\n".utf8
    }

    /// The values of one histogram; `counts` has one more than `buckets`, for what exceeds all of them.
    mutating func add(_ description: MetricDescription, labels: String, counts: [UInt64], sum: Double) {
        let comma = labels.isEmpty ? "" : ","
        var total: UInt64 = 0
        for (bound, count) in zip(description.buckets + [.infinity], counts) {
            total &+= count
            add("\(description.name)_bucket", labels: "\(labels)\(comma)le=\"\(Self.text(bound))\"", Double(total))
        }
        add("\(description.name)_sum", labels: labels, sum)
        add("\(description.name)_count", labels: labels, Double(total))
    }

    /// Sorted by name, so that the same labels always give the same text.
    static func labels(_ labels: [(name: String, value: String)]) -> String {
        labels.sorted { $0.name < $1.name }.map { "\($0.name)=\"\(escaped($0.value, quotes: true))\"" }
            .joined(separator: ",")
    }

    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map(String.init) ?? "\(value)"
    }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
