import Glibc

// Measures rooms in this process, and herald itself in network namespaces. A missed goal is marked and is no failure.
do {
    let options = try Options(CommandLine.arguments.dropFirst())
    func publish(_ report: Report) {
        do { try report.write(to: options.output) } catch { Progress.note("no JSON written: \(error)") }
        print(report.table)
    }
    if options.suite == "figures" {
        var suite = FiguresSuite(options)
        suite.run()
        publish(suite.report)
        if !options.readme.isEmpty { try suite.report.writeMarkdown(into: options.readme) }
    } else if options.suite == "failover" {
        var suite = FailoverSuite(options)
        suite.run()
        publish(suite.report)
    } else {
        var suite = Suite(options)
        defer { publish(suite.report) }
        try suite.run()
    }
} catch {
    Progress.note("herald-bench: \(error)")
    exit(1)
}
