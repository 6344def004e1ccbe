import LoadBalancing
import Testing

@testable import BGPMode

@Suite("Sessions that rest")
struct RestingTests {
    @Test("people keep a node out of work; one that may be back at any moment keeps its sessions")
    func reasons() {
        let resting = NodeEligibility.Refusal.allCases.filter { BGPAnnouncer.restText($0.rawValue) != nil }
        #expect(resting == [.excluded, .draining, .deleting, .toBeDeleted])
        #expect(BGPAnnouncer.restText("Draining") == "is drained")
        #expect(BGPAnnouncer.restText("NodeUnknown") == nil)
    }
}
