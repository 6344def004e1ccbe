import BGP
import Configuration
import HashTreeCollections
import LoadBalancing
import NetworkTypes
import Testing

@testable import BGPMode

@Suite("BGP announcer", .timeLimit(.minutes(1)))
struct AnnouncerTests {
    typealias Bench = AnnouncerBench

    @Test("nodes alone do not complete the routes; the first set does, though it is empty")
    func complete() async throws {
        let bench = try Bench(Bench.settings())
        await bench.announcer.beginAlone()
        await bench.announcer.setNodes([:])
        await bench.pass(.milliseconds(50))
        #expect(await !bench.announcer.isSetComplete)
        await bench.announcer.reconcile(AnnouncementSet())
        #expect(await bench.announcer.isSetComplete)
    }
}
