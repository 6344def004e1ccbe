import Lab
import Testing

/// Probes 10 ns apart, patience 15 ns.
@Suite struct ProbeLogTests {
    private func report(_ answers: [Int64?]) -> ProbeReport.Target {
        var log = ProbeLog(address: "192.0.2.1")
        for (number, _) in answers.enumerated() { log.noteSent(at: Int64(number + 1) * 10) }
        for (number, answer) in answers.enumerated() {
            if let answer { log.noteAnswer(to: UInt64(number), by: number < 3 ? "a" : "b", at: answer) }
        }
        return log.report(patience: 15)
    }

    @Test("without losses there is no gap")
    func none() {
        let target = report([12, 23, 34])
        #expect(target.gaps.isEmpty)
        #expect(target.medianRoundTrip == 3)
        #expect(target.worstRoundTrip == 4)
        #expect(target.answeredBy == ["a": 3])
    }

    @Test("a gap runs from the first lost probe to the first answer after it")
    func lost() {
        let target = report([12, nil, nil, 41, 51])
        #expect(target.gaps == [.init(beganAt: 20, endedAt: 41, lost: 2, before: "a", after: "b")])
        #expect(target.lost == 2)
    }

    @Test("probes that waited in a queue end the gap when they are answered")
    func late() {
        #expect(
            report([12, nil, 56, 57, 58]).gaps == [.init(beganAt: 20, endedAt: 56, lost: 1, before: "a", after: "a")])
    }

    @Test("a gap that lasts to the end has no end")
    func open() {
        #expect(report([nil, nil]).gaps == [.init(beganAt: 10, endedAt: nil, lost: 2, before: nil, after: nil)])
        #expect(report([12, nil]).gaps == [.init(beganAt: 20, endedAt: nil, lost: 1, before: "a", after: nil)])
    }

    @Test("a second answer is a duplicate, an answer to nothing is ignored")
    func odd() {
        var log = ProbeLog(address: "192.0.2.1")
        log.noteSent(at: 10)
        log.noteAnswer(to: 0, by: "a", at: 11)
        log.noteAnswer(to: 0, by: "b", at: 12)
        log.noteAnswer(to: 7, by: "a", at: 13)
        log.noteAnswer(to: .max, by: "a", at: 13)
        let target = log.report(patience: 15)
        #expect(target.duplicates == 1)
        #expect(target.answeredBy == ["a": 1, "b": 1])
        #expect(log.isComplete)
    }
}
