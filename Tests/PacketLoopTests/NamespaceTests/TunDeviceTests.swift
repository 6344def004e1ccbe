import Glibc
import Testing

@testable import PacketLoop

@Suite(
    "TUN devices in a network namespace",
    .enabled(if: NetworkNamespace.isPermitted, "needs root to make network namespaces"), .timeLimit(.minutes(1)))
struct TunDeviceTests {
    @Test("a device exists for as long as it is held")
    func lifetime() async throws {
        try await NetworkNamespace.run {
            do {
                let device = try TunDevice(name: "herald0")
                #expect(unsafe if_nametoindex("herald0") == device.interfaceIndex)
                try NetworkNamespace.ip("link set herald0 up")
                try NetworkNamespace.ip("address add 192.0.2.10/32 dev herald0")
                let taken = #expect(throws: TunDevice.Failure.self) { _ = try TunDevice(name: "herald0") }
                #expect(taken == .nameTaken("herald0"))
                _ = device
            }
            // A child process of another test may hold a copy of the descriptor until it runs its program.
            for _ in 0..<1000 where unsafe if_nametoindex("herald0") != 0 { usleep(1000) }
            #expect(unsafe if_nametoindex("herald0") == 0)
        }
    }

    @Test("the name of an interface of another kind is taken")
    func otherKind() async throws {
        try await NetworkNamespace.run {
            let taken = #expect(throws: TunDevice.Failure.self) { _ = try TunDevice(name: "lo") }
            #expect(taken == .nameTaken("lo"))
        }
    }

    @Test(
        "names that the kernel would refuse or fill in are refused",
        arguments: ["", "a/b", "tun%d", ".", "é", "0123456789abcdef"])
    func invalidNames(name: String) {
        let failure = #expect(throws: TunDevice.Failure.self) { _ = try TunDevice(name: name) }
        #expect(failure == .invalidName(name))
    }
}
