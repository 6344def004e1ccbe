import Glibc
import Testing

@testable import Netlink

@Suite("Errors of the kernel")
struct NetlinkErrorTests {
    @Test(
        "an operation that the kernel does not know is told apart, also when it is the family that it lacks",
        arguments: [EOPNOTSUPP, EAFNOSUPPORT])
    func notSupported(number: Int32) {
        #expect(NetlinkError("setting addrgenmode of link 3", errorNumber: number).reason == .notSupported)
    }
}
