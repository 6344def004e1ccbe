import Testing

@testable import BGPMode

@Suite("Reasons that are logged of a peer")
struct ToldReasonsTests {
    @Test("each is told once, and no more than there is room for")
    func bounded() {
        var told = ToldReasons()
        let lines = (0..<100).map { "Idle: the peer says \($0)" }
        let first = lines.filter { told.tell($0) }
        #expect(first == Array(lines.prefix(ToldReasons.limit)))
        let again = lines.filter { told.tell($0) }
        #expect(again.isEmpty)
    }
}
