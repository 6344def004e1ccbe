import Configuration
import FoundationEssentials
import Glibc
import Logging
import NIOConcurrencyHelpers

/// Where the log goes: standard error, one line for each message, as text or JSON.
enum LogOutput {
    private static let level = NIOLockedValueBox(Logger.Level.info)

    /// To be called once. The level can be changed later with `setLevel`.
    static func install(_ settings: LogSettings) {
        setLevel(settings.level)
        let format = settings.format
        LoggingSystem.bootstrap { label in LineHandler(label: label, format: format) }
    }

    static func setLevel(_ level: LogSettings.Level) {
        Self.level.withLockedValue { $0 = Logger.Level(rawValue: level.rawValue) ?? .info }
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
    let format: LogSettings.Format
    var metadata = Logger.Metadata()
    private var ownLevel: Logger.Level?

    init(label: String, format: LogSettings.Format) {
        self.label = label
        self.format = format
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
        let time = Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
        switch format {
        case .text: FileHandleOutput.standardError.write(text(event, all, time))
        case .json: FileHandleOutput.standardError.write(json(event, all, time))
        }
    }

    private func text(_ event: LogEvent, _ metadata: Logger.Metadata, _ time: String) -> String {
        let fields = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.quoted("\($0.value)"))" }
        return "\(time) \(event.level) \(label): \(event.message)\(fields.joined())\n"
    }

    private func json(_ event: LogEvent, _ metadata: Logger.Metadata, _ time: String) -> String {
        var fields = metadata.mapValues { "\($0)" }
        fields["time"] = time
        fields["level"] = event.level.rawValue
        fields["logger"] = label
        fields["message"] = "\(event.message)"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let line = try? encoder.encode(fields) else { return "" }
        return String(decoding: line, as: UTF8.self) + "\n"
    }

    /// Quoted where it has a blank, and never with control characters: values come from outside.
    private static func quoted(_ value: String) -> String {
        let scalars = value.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }
        let clean = String(String.UnicodeScalarView(scalars)).replacing("\"", with: "'")
        return clean.contains(" ") || clean.isEmpty ? "\"\(clean)\"" : clean
    }
}
