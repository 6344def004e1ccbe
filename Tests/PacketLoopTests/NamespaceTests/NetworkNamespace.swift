import CLinux
import Glibc
import NetworkTypes

@testable import PacketLoop

/// A network namespace that lives as long as one thread, in which a test makes its sockets.
enum NetworkNamespace {
    enum Failure: Error {
        case unshare(Int32)
        case command(String, Int32)
    }

    /// Whether this process may make one, tried on a thread that ends right after.
    static let isPermitted = succeeds {}

    /// Whether the kernel has VLAN interfaces.
    static let hasVLANs = succeeds { try ip("link add link lo name lo.5 type vlan id 5") }

    private static func succeeds(_ body: @escaping @Sendable () throws -> Void) -> Bool {
        guard let done = try? Gate() else { return false }
        let successes = Counter()
        try? LoopThread.start(name: "namespace") {
            if unshare(Int32(herald_clone_newnet)) == 0, (try? body()) != nil { successes.increment() }
            done.open()
        }
        done.wait()
        return successes.value == 1
    }

    /// Runs `body` on a thread of its own in a new namespace.
    ///
    /// The thread is a loop's and `body` an actor's job on it, so that what fails there is laid to the calling test.
    static func run<Result: Sendable>(_ body: @Sendable () throws -> Result) async throws -> Result {
        try await withLoop("namespace") { loop in
            try await Resident(on: loop).perform {
                guard unshare(Int32(herald_clone_newnet)) == 0 else { throw Failure.unshare(errno) }
                return try body()
            }
        }
    }

    /// Two ends of a cable, `near` and `far`, without traffic of their own, once the first frame has passed.
    static func cable() throws -> (near: UInt32, far: UInt32) {
        try ip("link add near address 02:00:00:00:00:01 type veth peer name far address 02:00:00:00:00:02")
        for name in ["near", "far"] {
            try ip("link set \(name) addrgenmode none")
            try ip("link set \(name) up")
        }
        let ends = unsafe (near: if_nametoindex("near"), far: if_nametoindex("far"))
        let experimental = EtherType(rawValue: 0x88B6)
        let sender = try PacketSocket(interface: ends.near, etherType: experimental)
        let receiver = try PacketSocket(interface: ends.far, etherType: experimental)
        let frame = Array(repeating: 0xFF as UInt8, count: 12) + [0x88, 0xB6] + Array(repeating: 0, count: 46)
        for _ in 0..<2000 where try receiver.receive().isEmpty {
            try sender.send(frame)
            usleep(1000)
        }
        return ends
    }

    /// Runs `ip` with these arguments in the namespace of the calling thread.
    static func ip(_ arguments: String) throws {
        try command(["ip"] + arguments.split(separator: " ").map(String.init))
    }

    private static func command(_ words: [String]) throws {
        var pointers = unsafe words.map { unsafe strdup($0) }
        defer { unsafe pointers.forEach { unsafe free($0) } }
        unsafe pointers.append(nil)
        var process: pid_t = 0
        let result = unsafe posix_spawnp(&process, words[0], nil, nil, pointers, environ)
        guard result == 0 else { throw Failure.command(words.joined(separator: " "), result) }
        var status: Int32 = 0
        _ = unsafe waitpid(process, &status, 0)
        guard status == 0 else { throw Failure.command(words.joined(separator: " "), status) }
    }
}
