import LoadBalancing
import PacketLoop
import Testing

@testable import BGPMode

@Suite("KeyRing")
struct KeyRingTests {
    private let unreadable = Obstacle(reason: "PasswordUnreadable", sentence: "the password cannot be used: gone")

    private func key(_ text: String) throws -> Result<TCPMD5Key, Obstacle> {
        .success(try #require(TCPMD5Key(text.utf8)))
    }

    @Test("a file that was never read has no key, and says why")
    func neverRead() {
        var ring = KeyRing()
        ring.take(["/key": .failure(unreadable)])
        #expect(ring.keys == ["/key": .failure(unreadable)])
        #expect(ring.problems.isEmpty)
    }

    @Test("a file that cannot be used any more leaves its key in force, and says so until it can")
    func formerKey() throws {
        var ring = KeyRing()
        ring.take(["/key": try key("one")])
        for _ in 0..<2 {
            ring.take(["/key": .failure(unreadable)])
            #expect(ring.keys == ["/key": try key("one")])
            #expect(
                ring.problems["/key"]?.sentence
                    == "the password cannot be used: gone; the key that it held before stays in use")
        }
        ring.take(["/key": try key("two")])
        #expect(ring.keys == ["/key": try key("two")])
        #expect(ring.problems.isEmpty)
    }

    @Test("a file that no peer names is forgotten")
    func forgotten() throws {
        var ring = KeyRing()
        ring.take(["/key": try key("one")])
        ring.take([:])
        #expect(ring == KeyRing())
        ring.take(["/key": .failure(unreadable)])
        #expect(ring.keys == ["/key": .failure(unreadable)])
    }
}
