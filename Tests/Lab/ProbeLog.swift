/// The probes sent to one address and their answers; finds the gaps.
package struct ProbeLog: Sendable {
    private struct Entry {
        let sent: Int64
        /// 0 until it is answered.
        var answered: Int64 = 0
        /// Index into `responders`; 0 for one without a name.
        var responder: UInt16 = 0

        func isInTime(_ patience: Int64) -> Bool { answered != 0 && answered - sent <= patience }
    }

    /// How many probes are remembered; later ones are not sent.
    package static let limit = 4_000_000

    private let address: String
    private var entries: [Entry] = []
    private var unanswered = 0
    private var duplicates = 0
    private var responders: [String] = [""]
    private var answers: [Int] = [0]

    package init(address: String) {
        self.address = address
    }

    /// The number of the next probe.
    package var next: Int { entries.count }

    /// Whether every probe was answered.
    package var isComplete: Bool { unanswered == 0 }

    package mutating func noteSent(at time: Int64) {
        entries.append(Entry(sent: time))
        unanswered += 1
    }

    /// Answers to probes that were never sent are ignored.
    package mutating func noteAnswer(to number: UInt64, by name: String, at time: Int64) {
        guard number < UInt64(entries.count), let index = responderIndex(name) else { return }
        let number = Int(number)
        answers[index] += 1
        guard entries[number].answered == 0 else {
            duplicates += 1
            return
        }
        unanswered -= 1
        entries[number].answered = time
        entries[number].responder = UInt16(truncatingIfNeeded: index)
    }

    /// An answer that took longer than `patience` nanoseconds counts as missing when gaps are looked for.
    package func report(patience: Int64) -> ProbeReport.Target {
        let trips = entries.filter { $0.answered != 0 }.map { $0.answered - $0.sent }.sorted()
        let named = zip(responders, answers).filter { !$0.0.isEmpty && $0.1 > 0 }
        return ProbeReport.Target(
            address: address, sent: entries.count, answered: trips.count, duplicates: duplicates,
            answeredBy: Dictionary(named.map { ($0.0, $0.1) }, uniquingKeysWith: +),
            medianRoundTrip: trips.isEmpty ? nil : trips[trips.count / 2], worstRoundTrip: trips.last,
            gaps: gaps(patience: patience))
    }

    private func gaps(patience: Int64) -> [ProbeReport.Gap] {
        var gaps: [ProbeReport.Gap] = []
        var first = 0
        while let begin = entries[first...].firstIndex(where: { !$0.isInTime(patience) }) {
            let end = entries[begin...].firstIndex { $0.isInTime(patience) } ?? entries.count
            gaps.append(gap(begin..<end))
            first = end
        }
        return gaps
    }

    /// Probes at the end of a run may have waited in a queue and be answered late, but before the first one after it:
    /// answers came again with the earliest of these.
    private func gap(_ run: Range<Int>) -> ProbeReport.Gap {
        let late = run.reversed().prefix { entries[$0].answered != 0 }
        let back = (late + [run.upperBound]).filter { $0 < entries.count }.min {
            entries[$0].answered < entries[$1].answered
        }
        let before = entries[..<run.lowerBound].last { $0.answered != 0 }
        return ProbeReport.Gap(
            beganAt: entries[run.lowerBound].sent, endedAt: back.map { entries[$0].answered },
            lost: entries[run].count { $0.answered == 0 }, before: before.flatMap(name),
            after: back.flatMap { name(entries[$0]) })
    }

    private func name(_ entry: Entry) -> String? {
        entry.responder == 0 ? nil : responders[Int(entry.responder)]
    }

    private mutating func responderIndex(_ name: String) -> Int? {
        if let known = responders.firstIndex(of: name) { return known }
        guard responders.count < 1000 else { return nil }
        responders.append(name)
        answers.append(0)
        return responders.count - 1
    }
}
