import Glibc
import Testing

@testable import PacketLoop

@Suite("Descriptors", .timeLimit(.minutes(1)))
struct DescriptorTests {
    @Test(
        "one that has a closer has no number any more once it is given up, and is closed there in its turn",
        arguments: [true, false])
    func closedElsewhere(isExplicit: Bool) async throws {
        try await withLoop { loop in
            var numbers: [Int32] = [-1, -1]
            let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            try check(unsafe socketpair(AF_UNIX, type, 0, &numbers), "socketpair")
            let near = Descriptor(owning: numbers[0])
            var far: Descriptor? = Descriptor(owning: numbers[1], closedOn: loop)
            let gate = try Gate()
            loop.execute { gate.wait() }
            if isExplicit {
                far?.close()
                #expect(far?.isOpen == false)
            } else {
                far = nil
            }
            #expect(Self.isConnected(near))
            gate.open()
            // A child process of another test may hold a copy until it runs its program.
            for _ in 0..<1000 where Self.isConnected(near) { usleep(1000) }
            #expect(!Self.isConnected(near))
        }
    }

    /// Whether the other end of a pair of sockets, of which nothing was sent, is open.
    private static func isConnected(_ descriptor: Descriptor) -> Bool {
        var octet: UInt8 = 0
        return unsafe recv(descriptor.number, &octet, 1, 0) != 0
    }
}
