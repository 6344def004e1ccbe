import FoundationEssentials

extension Report {
    private static let start = "<!-- figures: written by make figures -->"
    private static let end = "<!-- end of figures -->"

    /// A README without the two marks between which the table belongs.
    struct NoPlace: Error, CustomStringConvertible {
        let path: String
        var description: String { "\(path) has no lines '\(Report.start)' and '\(Report.end)' for the table" }
    }

    /// The table as Markdown, with what it was measured on.
    var markdown: String {
        let head =
            "Measured on \(date.prefix(10)) by `make figures`: Linux \(machine.kernel), \(machine.cores) cores of "
            + "\(machine.processor), load before \(machine.load); release build, network namespaces on one machine."
        let header =
            "| what | goal | median | p99 or max | min–max | n | |\n"
            + "| --- | --: | --: | --: | --: | --: | --- |\n"
        let rows = figures.map { figure in
            let cells = Self.row(figure)
            let unit = cells[5].isEmpty ? "" : " (\(cells[5]))"
            let shown = [cells[0] + unit, cells[1], cells[2], cells[3], cells[4], cells[6], cells[7]]
            return "| " + shown.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        let missing = failures.map { "\nNot measured: \($0.replacing("\n", with: " ").prefix(200))\n" }.joined()
        return head + "\n\n" + header + rows.joined(separator: "\n") + "\n" + missing
    }

    /// Replaces what stands between the marks of a README.
    func writeMarkdown(into path: String) throws {
        let text = try String(contentsOfFile: path, encoding: .utf8)
        guard let start = text.firstRange(of: Self.start), let end = text.firstRange(of: Self.end),
            start.upperBound <= end.lowerBound
        else { throw NoPlace(path: path) }
        let new = text[..<start.upperBound] + "\n" + markdown + text[end.lowerBound...]
        try String(new).write(toFile: path, atomically: true, encoding: .utf8)
    }
}
