import BFD
import NetworkTypes
import Testing

@Suite("Finding the session of a packet")
struct DemultiplexerTests {
    typealias Path = Demultiplexer<String>.Path

    static func path(_ last: UInt32, interface: UInt32? = 2) -> Path {
        Path(peer: IPAddress(ipv4: 0x0A00_0000 + last), local: IPAddress(ipv4: 0x0A00_0001), interface: interface)
    }

    static func packet(_ yours: Discriminator?) -> ControlPacket {
        ControlPacket(
            diagnostic: .none, state: .down, multiplier: 3, myDiscriminator: ControlPacketTests.discriminator(5),
            yourDiscriminator: yours, desiredMinimumTransmit: 1, requiredMinimumReceive: 1)
    }

    @Test("by discriminator once it is known, by the path before")
    func lookUp() {
        var sessions = Demultiplexer<String>(seed: 1)
        let first = sessions.add("a", path: Self.path(2))
        let second = sessions.add("b", path: Self.path(3))
        #expect(sessions.session(for: Self.packet(first), path: Self.path(3)) == "a")
        #expect(sessions.session(for: Self.packet(second), path: Self.path(9)) == "b")
        #expect(sessions.session(for: Self.packet(nil), path: Self.path(3)) == "b")
        #expect(sessions.session(for: Self.packet(nil), path: Self.path(3, interface: 7)) == nil)
        sessions.remove("a")
        #expect(sessions.session(for: Self.packet(first), path: Self.path(2)) == nil)
        #expect(sessions.session(for: Self.packet(nil), path: Self.path(2)) == nil)
    }

    @Test("discriminators are unique")
    func unique() {
        var sessions = Demultiplexer<Int>(seed: 7)
        let discriminators = (0..<2_000).map {
            sessions.add($0, path: .init(peer: IPAddress(ipv4: UInt32($0)), local: IPAddress(ipv4: 1)))
        }
        #expect(Set(discriminators).count == 2_000)
    }
}
