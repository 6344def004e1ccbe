import CLinux
import Foundation
import Glibc
import Netlink
import NetworkTypes
import PacketLoop
import Spawning

/// A network namespace of a test's own, gone with the value.
///
/// Held by a file in /run/netns, so that `ip` and several loops reach it.
final class Namespace: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    let name: String

    init(_ purpose: String) throws {
        name = "herald-test-\(getpid())-host-\(purpose)"
        try Self.ip(["netns", "add", name])
        try ip("link set lo up")
        try ip("link add veth0 type veth peer name veth1")
        try ip("link set veth0 up")
        try ip("link set veth1 up")
    }

    deinit { try? Self.ip(["netns", "delete", name]) }

    /// Runs `ip` inside.
    func ip(_ arguments: String) throws {
        try Self.ip(["-n", name] + arguments.split(separator: " ").map(String.init))
    }

    /// A loop whose thread is inside.
    func makeLoop(_ loopName: String) async throws -> PacketLoop {
        let loop = try PacketLoop.start(name: loopName)
        let path = "/run/netns/\(name)"
        let isInside = await withCheckedContinuation { continuation in
            loop.execute { continuation.resume(returning: Self.enter(path)) }
        }
        guard isInside else { throw Failure(description: "cannot enter \(path)") }
        return loop
    }

    /// What the kernel has inside.
    func state() async throws -> NetworkState {
        let loop = try await makeLoop("state")
        defer { loop.stop() }
        return try await loop.run { try NetlinkRequests().state() }
    }

    private static func ip(_ arguments: [String]) throws {
        try Program.run("ip", arguments)
    }

    /// Moves the calling thread.
    private static func enter(_ path: String) -> Bool {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return false }
        defer { close(file) }
        // glibc's header shows `setns` to C alone.
        typealias SetNS = @convention(c) (Int32, Int32) -> Int32
        guard let symbol = unsafe dlsym(nil, "setns") else { return false }
        return unsafe unsafeBitCast(symbol, to: SetNS.self)(file, Int32(herald_clone_newnet)) == 0
    }

    /// Whether this process may make one.
    static let isPossible = geteuid() == 0
    static let requirement = "needs root: makes network namespaces with ip(8). NOT TESTED HERE"
}

extension PacketLoop {
    /// Runs `body` on the loop's thread.
    func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            execute { continuation.resume(with: Result { try body() }) }
        }
    }
}
