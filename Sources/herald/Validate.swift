import ArgumentParser
import Configuration
import FileSystem
import FoundationEssentials
import Operator

struct Validate: ParsableCommand {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    static let configuration = CommandConfiguration(
        abstract: "Checks configuration files and prints everything that is wrong with them.",
        discussion: """
            Each problem is printed as FILE:LINE:COLUMN: error: what is wrong; what to do. Nothing is changed and no \
            running herald is asked.

            Exit status: 0 every file can be used (warnings do not count); 1 at least one cannot; 64 the command line \
            is wrong.
            """)

    @Argument(help: ArgumentHelp("The files to check.", valueName: "file"), completion: .file(extensions: ["yaml"]))
    var files: [String]

    @Option(help: "How to print: text, or json with one object for each file.")
    var format = Format.text

    func run() throws {
        let reports = files.map(check)
        switch format {
        case .text: printText(reports)
        case .json: try printJSON(reports)
        }
        if reports.contains(where: { !$0.isUsable }) { throw ExitCode(1) }
    }

    private struct Report: Encodable {
        var file: String
        var isUsable: Bool
        var problems: [Problem] = []
        var omitted = 0
        /// Why the file could not be read at all.
        var failure: String?
    }

    private func check(_ file: String) -> Report {
        do {
            let parsed = try ConfigurationKeeper.read(file)
            return Report(file: file, isUsable: true, problems: parsed.warnings.problems)
        } catch let list as ProblemList {
            return Report(file: file, isUsable: false, problems: list.problems, omitted: list.omitted)
        } catch {
            return Report(file: file, isUsable: false, failure: "\(error)")
        }
    }

    private func printText(_ reports: [Report]) {
        for report in reports {
            if let failure = report.failure {
                print("\(report.file): error: \(failure)")
            } else if report.problems.isEmpty {
                print("\(report.file): ok")
            } else {
                print(ProblemList(file: report.file, problems: report.problems, omitted: report.omitted))
                if report.isUsable { print("\(report.file): ok, with warnings") }
            }
        }
    }

    private func printJSON(_ reports: [Report]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        print(String(decoding: try encoder.encode(reports), as: UTF8.self))
    }
}
