import Announcing
import Testing

@Suite("Keyed mailbox", .timeLimit(.minutes(1)))
struct KeyedMailboxTests {
    typealias Mailbox = KeyedMailbox<Int, Int>

    @Test("what was posted before is taken at once, the newest of each key in one batch")
    func newest() async {
        let mailbox = Mailbox()
        mailbox.post(1, for: 1)
        mailbox.post([1: 2, 2: 20])
        mailbox.post([:])
        mailbox.post(3, for: 1)
        #expect(await mailbox.take() == [1: 3, 2: 20])
        mailbox.post(4, for: 1)
        #expect(await mailbox.take() == [1: 4])
    }

    @Test("a reader that waits gets the next batch, and what comes after it stays for the next call")
    func waiting() async {
        let mailbox = Mailbox()
        async let first = mailbox.take()
        await Task.yield()
        mailbox.post([1: 1, 2: 2])
        var all = await first ?? [:]
        mailbox.post(3, for: 3)
        all.merge(await mailbox.take() ?? [:]) { _, new in new }
        #expect(all == [1: 1, 2: 2, 3: 3])
    }

    @Test("after the end what is pending is taken, then nothing, and later posts are dropped")
    func finish() async {
        let mailbox = Mailbox()
        mailbox.post(1, for: 1)
        mailbox.finish()
        mailbox.post(2, for: 1)
        #expect(await mailbox.take() == [1: 1])
        #expect(await mailbox.take() == nil)
        mailbox.finish()
        #expect(await mailbox.take() == nil)
    }

    @Test("the end wakes a reader that waits")
    func finishWhileWaiting() async {
        for _ in 0..<200 {
            let mailbox = Mailbox()
            async let taken = mailbox.take()
            await Task.yield()
            mailbox.finish()
            #expect(await taken == nil)
        }
    }

    @Test("cancellation ends the wait and loses nothing", arguments: [false, true])
    func cancellation(isEarly: Bool) async {
        for _ in 0..<200 {
            let mailbox = Mailbox()
            let reader = Task { await mailbox.take() }
            if !isEarly { await Task.yield() }
            reader.cancel()
            mailbox.post(1, for: 1)
            let taken = await reader.value
            mailbox.post(2, for: 2)
            var all = taken ?? [:]
            all.merge(await mailbox.take() ?? [:]) { _, new in new }
            #expect(all == [1: 1, 2: 2])
        }
    }

    @Test("a second reader ends the first")
    func secondReader() async {
        let mailbox = Mailbox()
        async let first = mailbox.take()
        async let second = mailbox.take()
        // Whichever came first ends with nil once the other waits; both together take the value once.
        for _ in 0..<100 { await Task.yield() }
        mailbox.post(1, for: 1)
        mailbox.finish()
        let taken = [await first, await second].compactMap { $0 }
        #expect(taken == [[1: 1]])
    }

    @Test("many writers lose no state, and no key goes back", arguments: 0..<10)
    func stress(round: Int) async {
        let writers = 4
        let mailbox = Mailbox()
        let last = await withTaskGroup(of: Void.self, returning: [Int: Int].self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for value in 1...2_000 {
                        mailbox.post([writer: value, writers + value % 7: -value])
                        if value % 97 == round { await Task.yield() }
                    }
                }
            }
            var seen: [Int: Int] = [:]
            while !(0..<writers).allSatisfy({ seen[$0] == 2_000 }) {
                guard let batch = await mailbox.take() else { break }
                for (key, value) in batch {
                    if key < writers, value < seen[key] ?? 0 { seen[-1] = key }
                    seen[key] = value
                }
            }
            return seen
        }
        #expect((0..<writers).allSatisfy { last[$0] == 2_000 })
        #expect(last.count == writers + 7, "key \(last[-1] ?? -1) went back")
    }

    @Test("readers that come and go, and are cancelled, take each state once")
    func changingReaders() async {
        let mailbox = Mailbox()
        let writer = Task {
            for value in 1...3_000 {
                mailbox.post(value, for: value)
                if value % 16 == 0 { await Task.yield() }
            }
        }
        var seen: [Int: Int] = [:]
        while seen.count < 3_000 {
            let reader = Task { await mailbox.take() }
            if seen.count % 3 == 0 { reader.cancel() }
            for (key, value) in await reader.value ?? [:] {
                #expect(seen.updateValue(value, forKey: key) == nil)
            }
        }
        await writer.value
        #expect(seen.count == 3_000)
    }
}
