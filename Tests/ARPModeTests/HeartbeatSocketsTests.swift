import Membership
import NetworkTypes
import PacketLoop
import Testing

@testable import ARPMode

@Suite("Sockets of heartbeats")
struct HeartbeatSocketsTests {
    @Test("a node that is taken off the roster is sent to where it was heard from, until it is forgotten")
    func offRoster() throws {
        let loop = try PacketLoop.start(name: "heartbeats")
        defer { loop.stop() }
        let sockets = try HeartbeatSockets(at: HeartbeatSockets.Place(port: 0), on: loop) { _, _ in }
        defer { sockets.close() }
        let peer = try UDPSocket(bind: SocketAddress(IPAddress.test("127.0.0.1")))
        let source = try peer.localAddress()
        let name = NodeName("b")
        sockets.setAddresses([name: [source.address]])
        sockets.noteHeard(name, from: source, on: 0)
        sockets.setAddresses([:])
        sockets.send([1], to: .everyone)
        #expect(try peer.receive().map(\.payload) == [[1]])
        sockets.forget(name)
        sockets.send([2], to: .everyone)
        #expect(try peer.receive().isEmpty)
    }
}
