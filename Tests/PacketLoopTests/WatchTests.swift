import NIOConcurrencyHelpers
import NetworkTypes
import Testing

@testable import PacketLoop

@Suite("Watches", .timeLimit(.minutes(1)))
struct WatchTests {
    @Test("a handler is called again while something is unread, and no more once it is read")
    func levelTriggered() async throws {
        try await withLoop { loop in
            let pair = try UDPPair()
            let calls = Mailbox<Readiness>()
            let count = Counter()
            let watch = try loop.watch(pair.receiver, for: .read) { readiness in
                calls.put(readiness)
                if count.increment() == 3 { pair.drain() }
            }
            try pair.send()
            #expect(await calls.take(3) == [.readable, .readable, .readable])
            loop.schedule(after: .milliseconds(10)) { calls.put([]) }
            #expect(await calls.next() == [])
            watch.cancel()
        }
    }

    @Test("a watch that another handler cancels gets no callback within the same turn")
    func cancelWithinTurn() async throws {
        try await withLoop { loop in
            let pairs = [try UDPPair(), try UDPPair()]
            let calls = Mailbox<Int>()
            let watches = NIOLockedValueBox<[Watch]>([])
            loop.execute {
                for (place, pair) in pairs.enumerated() {
                    try? pair.send()
                    let watch = try? loop.watch(pair.receiver, for: .read) { _ in
                        calls.put(place)
                        for watch in watches.withLockedValue({ $0 }) { watch.cancel() }
                    }
                    watches.withLockedValue { $0 += watch.map { [$0] } ?? [] }
                }
                loop.schedule(after: .milliseconds(10)) { calls.put(-1) }
            }
            let seen = await calls.take(2)
            #expect(seen == [0, -1] || seen == [1, -1])
        }
    }

    @Test("a descriptor that is closed and whose number is used again belongs to the new watch alone")
    func reusedNumber() async throws {
        try await withLoop { loop in
            let calls = Mailbox<String>()
            var number: Int32 = -1
            do {
                let old = try UDPPair()
                number = old.receiver.number
                try old.send()
                let watch = try loop.watch(old.receiver, for: []) { _ in calls.put("old") }
                watch.cancel()
                old.receiver.close()
            }
            let new = try UDPPair()
            #expect(number >= 0)
            let watch = try loop.watch(new.receiver, for: .read) { _ in
                new.drain()
                calls.put("new")
            }
            try new.send()
            loop.schedule(after: .milliseconds(10)) { calls.put("end") }
            #expect(await calls.take(2) == ["new", "end"])
            watch.cancel()
        }
    }

    @Test("with an empty interest nothing is reported, not even a hang-up")
    func emptyInterest() async throws {
        try await withLoop { loop in
            let listener = try TCPListener(bind: .loopback)
            let client = try TCPStream.connect(to: try listener.localAddress())
            let calls = Mailbox<Readiness>()
            var server: TCPStream?
            while server == nil { server = try listener.accept().first }
            let watch = try loop.watch(client.descriptor, for: []) { calls.put($0) }
            server?.abort()
            loop.schedule(after: .milliseconds(20)) { calls.put([]) }
            #expect(await calls.next() == [])
            watch.update(.read)
            #expect(await calls.next()?.contains(.readable) == true)
            watch.cancel()
        }
    }

    @Test("sockets are read before timers fire, however late the loop is")
    func socketsBeforeTimers() async throws {
        try await withLoop { loop in
            let pair = try UDPPair()
            let calls = Mailbox<String>()
            let watch = try loop.watch(pair.receiver, for: .read) { _ in
                pair.drain()
                calls.put("socket")
            }
            loop.execute {
                // As after a freeze: the timer is due and the datagram has come, and the loop has seen neither.
                loop.schedule(after: .milliseconds(1)) { calls.put("timer") }
                let start = loop.now
                while start.duration(to: loop.now) < .milliseconds(5) {}
                try? pair.send()
            }
            #expect(await calls.take(2) == ["socket", "timer"])
            watch.cancel()
        }
    }

    @Test("a flood on one socket does not starve timers or another socket")
    func flood() async throws {
        try await withLoop { loop in
            let (flooded, quiet) = (try UDPPair(), try UDPPair())
            let calls = Mailbox<String>()
            let first = try loop.watch(flooded.receiver, for: .read) { _ in try? flooded.send() }
            let second = try loop.watch(quiet.receiver, for: .read) { _ in
                quiet.drain()
                calls.put("quiet")
            }
            try flooded.send()
            loop.schedule(after: .milliseconds(2)) { calls.put("timer") }
            try quiet.send()
            #expect(await Set(calls.take(2)) == ["timer", "quiet"])
            first.cancel()
            second.cancel()
        }
    }

    @Test("watching a descriptor twice, or a closed one, is an error")
    func errors() async throws {
        try await withLoop { loop in
            let pair = try UDPPair()
            let watch = try loop.watch(pair.receiver, for: .read) { _ in }
            #expect(throws: SystemError.self) { _ = try loop.watch(pair.receiver, for: .read) { _ in } }
            watch.cancel()
            pair.receiver.close()
            #expect(throws: SystemError.self) { _ = try loop.watch(pair.receiver, for: .read) { _ in } }
            #expect(pair.receiver.number == -1)
        }
    }
}
