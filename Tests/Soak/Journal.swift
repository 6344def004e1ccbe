import Foundation
import Lab
import NetworkTypes

/// What was done, by whom and when; the newest thousands of entries are kept.
final class Journal {
    struct Entry {
        let time: MonotonicTime
        let subject: String
        let text: String
    }

    let began = LabClock.now
    private(set) var entries: [Entry] = []
    private static let limit = 20_000

    /// `isShown`: printed at once, too.
    func note(_ subject: String, _ text: String, isShown: Bool = false) {
        if entries.count >= Self.limit { entries.removeFirst(Self.limit / 4) }
        entries.append(Entry(time: LabClock.now, subject: subject, text: text))
        if isShown { say("\(subject): \(text)") }
    }

    func say(_ text: String) {
        show("[\(Self.seconds(began.duration(to: LabClock.now)))] \(text)")
    }

    /// At once, since whoever waits for it reads a pipe.
    func show(_ text: String) {
        FileHandle.standardOutput.write(Data("\(text)\n".utf8))
    }

    /// The last entries, of one subject or of all.
    func tail(_ count: Int, of subject: String? = nil) -> String {
        entries.filter { subject == nil || $0.subject == subject }.suffix(count).map { entry in
            "  [\(Self.seconds(began.duration(to: entry.time)))] \(entry.subject): \(entry.text)"
        }.joined(separator: "\n")
    }

    func shown(_ time: MonotonicTime) -> String { Self.seconds(began.duration(to: time)) }

    static func seconds(_ duration: Duration) -> String {
        String(format: "%8.3f", Double(duration.wholeNanoseconds) / 1e9)
    }
}
