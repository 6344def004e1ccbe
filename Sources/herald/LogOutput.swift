import Configuration
import FileSystem
import FoundationEssentials
import Glibc
import Logging
import NIOConcurrencyHelpers
import NetworkTypes

/// Where the log goes: standard error, one line for each message, as text or JSON.
enum LogOutput {
    /// How long the end of the process waits for a reader of the log.
    private static let patience = Duration.milliseconds(500)
    private static let level = NIOLockedValueBox(Logger.Level.info)
    private static let output = NIOLockedValueBox<LineOutput?>(nil)

    /// To be called once. The level can be changed later with `setLevel`.
    static func install(_ settings: LogSettings) {
        setLevel(settings.level)
        let form = LineForm(format: settings.format)
        let output = LineOutput(descriptor: 2) { count in
            form.line(
                .warning, "log", "lines were dropped, as what reads the log did not keep up",
                ["herald.lines": "\(count)"])
        }
        Self.output.withLockedValue { $0 = output }
        LoggingSystem.bootstrap { label in LineHandler(label: label, form: form, output: output) }
    }

    static func setLevel(_ level: LogSettings.Level) {
        Self.level.withLockedValue { $0 = Logger.Level(rawValue: level.rawValue) ?? .info }
    }

    /// Returns once everything is written, or nobody reads it; to be called before the process ends.
    static func finish() {
        _ = output.withLockedValue { $0 }?.flush(within: patience)
    }

    fileprivate static var currentLevel: Logger.Level { level.withLockedValue { $0 } }
}

/// Writes to a descriptor, one call for each text, so that lines of several threads do not mix.
struct FileHandleOutput: Sendable {
    static let standardError = FileHandleOutput(descriptor: 2)
    let descriptor: Int32

    func write(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.write(descriptor, bytes, bytes.count)
    }
}

private struct LineHandler: LogHandler {
    let label: String
    let form: LineForm
    let output: LineOutput
    var metadata = Logger.Metadata()
    private var ownLevel: Logger.Level?

    init(label: String, form: LineForm, output: LineOutput) {
        self.label = label
        self.form = form
        self.output = output
    }

    /// That of the process, which a changed configuration may change, unless the logger has one of its own.
    var logLevel: Logger.Level {
        get { ownLevel ?? LogOutput.currentLevel }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        output.write(form.line(event.level, label, "\(event.message)", all))
    }
}

/// How a message becomes a line.
private struct LineForm: Sendable {
    let format: LogSettings.Format

    /// With the line's end, and the time as it is.
    func line(_ level: Logger.Level, _ label: String, _ message: String, _ metadata: Logger.Metadata) -> String {
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .text:
            let fields = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
            return "\(time) \(level) \(label): \(message)\(fields.joined())\n"
        case .json:
            var fields = metadata.mapValues { "\($0)" }
            fields["time"] = time
            fields["level"] = level.rawValue
            fields["logger"] = label
            fields["message"] = message
            return Self.json(fields)
        }
    }

    private static func json(_ fields: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(fields) else { return "" }
        return String(decoding: line, as: UTF8.self) + "\n"
    }

    /// Quoted where it has a blank, and never with what would steer a terminal: values come from outside.
    private static func quoted(_ value: String) -> String {
        let scalars = value.unicodeScalars.map { $0.isPlain ? $0 : " " }
        let clean = String(String.UnicodeScalarView(scalars)).replacing("\"", with: "'")
        return clean.contains(" ") || clean.isEmpty ? "\"\(clean)\"" : clean
    }
}
