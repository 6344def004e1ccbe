import Glibc

// Measures rooms in this process, and herald itself in network namespaces. A missed goal is marked and is no failure.
do {
    var suite = Suite(try Options(CommandLine.arguments.dropFirst()))
    defer {
        do { try suite.report.write(to: suite.options.output) } catch { Progress.note("no JSON written: \(error)") }
        print(suite.report.table)
    }
    try suite.run()
} catch {
    Progress.note("herald-bench: \(error)")
    exit(1)
}
