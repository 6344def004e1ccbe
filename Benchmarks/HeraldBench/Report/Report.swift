import FoundationEssentials

/// Everything that was measured, and on what.
struct Report: Encodable {
    let date = Date().formatted(.iso8601)
    let machine: Machine
    private(set) var figures: [Figure] = []
    /// What could not be measured, and why.
    private(set) var failures: [String] = []

    init(machine: Machine) {
        self.machine = machine
    }

    /// Measures one thing; where that fails the rest goes on.
    mutating func measure(_ title: String, _ body: () throws -> [Figure]) {
        Progress.note(title)
        do { figures += try body() } catch {
            Progress.note("\(title) failed: \(error)")
            failures.append("\(title): \(error)")
        }
    }

    /// Writes the report as JSON, making the folder.
    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
        if !folder.isEmpty {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try (encoder.encode(self) + Data("\n".utf8)).write(to: URL(filePath: path))
    }

    // MARK: - Table

    private static let header = ["WHAT", "GOAL", "MEDIAN", "P99 OR MAX", "MIN-MAX", "UNIT", "N", ""]

    /// For people.
    var table: String {
        let rows = [Self.header] + figures.map(Self.row)
        let widths = Self.header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            var line = row.indices.map { column in
                let padding = String(repeating: " ", count: widths[column] - row[column].count)
                return (1...4).contains(column) ? padding + row[column] : row[column] + padding
            }.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
        let head = "herald-bench, \(date), Linux \(machine.kernel), \(machine.cores) cores, load \(machine.load)"
        return ([head, ""] + lines + failures.map { "NOT MEASURED: \($0)" }).joined(separator: "\n")
    }

    static func row(_ figure: Figure) -> [String] {
        let spread = figure.samples.first.map { "\(text($0))-\(text(figure.samples.last))" } ?? "-"
        let verdict =
            switch figure.isMet {
            case true?: "met"
            case false?: "MISSED"
            case nil: ""
            }
        return [
            figure.what, figure.goal.map { "< \(text($0.limit))" } ?? "-", text(figure.median), text(figure.p99),
            spread,
            figure.unit, "\(figure.samples.count)", verdict,
        ]
    }

    /// With three digits that mean something.
    private static func text(_ value: Double?) -> String {
        guard let value else { return "-" }
        let magnitude = abs(value)
        let digits = magnitude >= 100 || magnitude == 0 ? 0 : magnitude >= 10 ? 1 : magnitude >= 1 ? 2 : 3
        let scale = [1.0, 10, 100, 1000][digits]
        let scaled = Int((magnitude * scale).rounded())
        let fraction = digits == 0 ? "" : ".\(padded(scaled % Int(scale), to: digits))"
        return "\(value < 0 ? "-" : "")\(scaled / Int(scale))\(fraction)"
    }

    private static func padded(_ number: Int, to digits: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(digits - text.count, 0)) + text
    }
}
