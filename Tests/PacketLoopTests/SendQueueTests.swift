import Testing

@testable import PacketLoop

@Suite("Send queue")
struct SendQueueTests {
    @Test("what goes in comes out in order, within the limit", arguments: 0..<100 as Range<UInt64>)
    func order(seed: UInt64) {
        var random = SplitMix(seed: seed)
        var queue = SendQueue(limit: 64)
        var (next, expected) = (0 as UInt8, 0 as UInt8)
        for _ in 0..<200 {
            let new = (0..<Int.random(in: 0...40, using: &random)).map { next &+ UInt8($0) }
            let fits = queue.count + new.count <= 64
            #expect(queue.append(new) == fits)
            if fits { next &+= UInt8(new.count) }
            let taken = Int.random(in: 0...max(queue.count, 1), using: &random)
            for octet in queue.unsent.prefix(taken) {
                #expect(octet == expected)
                expected &+= 1
            }
            queue.removeFirst(taken)
        }
    }
}
