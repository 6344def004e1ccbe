import Foundation
import Glibc
import Spawning

@testable import Netlink

/// A network namespace of a test's own, gone with the value.
///
/// Held by a file in /run/netns, so that `ip` reaches it too.
final class Namespace: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let name: String

    init(_ purpose: String) throws {
        name = "herald-test-\(getpid())-\(purpose)"
        try Self.ip("netns", "add", name)
        try ip("link", "set", "lo", "up")
    }

    deinit { try? Self.ip("netns", "delete", name) }

    /// Runs `ip` inside.
    func ip(_ arguments: String...) throws {
        try Self.ip(["-n", name] + arguments)
    }

    /// Two links, both up, joined to each other.
    func addPair(_ first: String = "veth0", _ second: String = "veth1") throws {
        try ip("link", "add", first, "type", "veth", "peer", "name", second)
        try ip("link", "set", first, "up")
        try ip("link", "set", second, "up")
    }

    /// Calls `body` on a new thread inside; sockets that it makes stay inside.
    func run<Value>(_ body: @escaping @Sendable () throws -> Value) throws -> Value {
        let outcome = Outcome<Value>()
        let path = "/run/netns/\(name)"
        let thread = Thread {
            outcome.result = Result {
                let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
                defer { close(file) }
                guard file >= 0, Self.enter(file) else { throw Failure(description: "no \(path)") }
                return try body()
            }
            outcome.done.signal()
        }
        thread.start()
        outcome.done.wait()
        return try outcome.result.get()
    }

    /// Written by the thread, read after it has signalled.
    private final class Outcome<Value>: @unchecked Sendable {
        var result: Result<Value, any Error> = .failure(Failure(description: "did not run"))
        let done = DispatchSemaphore(value: 0)
    }

    private static func ip(_ arguments: String...) throws { try ip(arguments) }

    private static func ip(_ arguments: [String]) throws {
        try Program.run("ip", arguments)
    }

    /// Moves the calling thread. glibc's header shows `setns` to C alone.
    private static func enter(_ namespace: Int32) -> Bool {
        typealias SetNS = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = unsafe dlsym(nil, "setns") else { return false }
        let networkNamespace: Int32 = 0x4000_0000
        return unsafe unsafeBitCast(symbol, to: SetNS.self)(namespace, networkNamespace) == 0
    }

    /// Whether this process may make one.
    static let isPossible = geteuid() == 0
    static let requirement = "needs root: makes network namespaces with ip(8). NOT TESTED HERE"
}

extension NetlinkMonitor {
    /// Receives until `isDone` says so of all that came, for at most `limit`.
    func changes(within limit: Duration = .seconds(3), until isDone: ([NetlinkChange]) -> Bool) throws
        -> [NetlinkChange]
    {
        var all: [NetlinkChange] = []
        let start = ContinuousClock.now
        while !isDone(all), start.duration(to: .now) < limit {
            var entry = pollfd(fd: fileDescriptor, events: Int16(POLLIN), revents: 0)
            guard unsafe poll(&entry, 1, 50) > 0 else { continue }
            all += try receive()
        }
        return all
    }

    /// Receives until everything has been read once.
    func synchronise() throws -> NetworkState {
        _ = try changes { $0.contains { if case .resynchronised = $0 { true } else { false } } }
        return state
    }
}
