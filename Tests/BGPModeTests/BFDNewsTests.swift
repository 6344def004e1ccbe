import BFD
import Testing

@testable import BGPMode

@Suite("News of a BFD session")
struct BFDNewsTests {
    private typealias State = BFD.State

    /// The session as it is after these changes, each with the other side's state.
    private static func news(_ changes: [(State, State)]) -> BFDDriver.News {
        let start = BFD.Session.Report(state: .up, diagnostic: .none, remoteState: .up)
        var news = BFDDriver.News(report: start)
        var state = State.up
        for (new, remote) in changes {
            let report = BFD.Session.Report(state: new, diagnostic: .neighborSignaledDown, remoteState: remote)
            news.take(report, wasUp: state == .up)
            state = new
        }
        return news
    }

    @Test("a session that fell and came back has fallen, however often")
    func fallen() {
        let round: [(State, State)] = [(.down, .down), (.initializing, .down), (.up, .up)]
        let news = Self.news((0..<100).flatMap { _ in round })
        #expect(news.fall == .down)
        #expect(news.report.state == .up)
        #expect(Self.news([(.up, .up)]).fall == nil)
    }

    @Test("a fall that says that the path is gone stands for one by administration, whichever comes first")
    func worst() {
        #expect(Self.news([(.down, .adminDown)]).fall == .adminDown)
        #expect(Self.news([(.down, .adminDown), (.up, .up), (.down, .down)]).fall == .down)
        #expect(Self.news([(.down, .down), (.up, .up), (.down, .adminDown)]).fall == .down)
    }
}
