import NetworkTypes
import Testing

@testable import AddressResolution

@Suite("Frames as other implementations write them")
struct GoldenVectorTests {
    @Test("encoding gives the octets of another implementation", arguments: try Vector.all())
    func encodes(vector: Vector) {
        #expect(vector.encoded == vector.bytes)
    }

    @Test("decoding gives the value back", arguments: try Vector.all())
    func decodes(vector: Vector) throws {
        let frame = try ResolutionFrame(vector.bytes)
        #expect(frame.content == vector.content)
        #expect(frame.header.source == vector.source)
        #expect(frame.header.destination == vector.destination)
    }

    @Test("padding behind the message changes nothing", arguments: try Vector.all())
    func toleratesPadding(vector: Vector) throws {
        #expect(try ResolutionFrame(vector.bytes + [0, 0, 0xFF]).content == vector.content)
    }

    @Test("every truncation is refused", arguments: try Vector.all())
    func refusesTruncation(vector: Vector) {
        let unpadded = vector.bytes[12] == 0x08 ? 14 + ARPPacket.length : vector.bytes.count
        for length in 0..<unpadded {
            #expect(refusal(of: Array(vector.bytes.prefix(length))) != nil)
        }
    }

    @Test("every single flipped bit of an ICMPv6 message is noticed", arguments: try Vector.neighbor())
    func noticesFlippedBits(vector: Vector) {
        for bit in (54 * 8)..<(vector.bytes.count * 8) {
            var bytes = vector.bytes
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(refusal(of: bytes) != nil)
        }
    }

    @Test("a slice that does not begin at 0 is read as well as any")
    func readsSlices() throws {
        for vector in try Vector.all() {
            let slice = ([1, 2, 3] + vector.bytes)[3...]
            #expect(try ResolutionFrame(decoding: slice).content == vector.content)
        }
    }

    @Test("a frame encodes to what it was decoded from")
    func framesRoundTrip() throws {
        for vector in try Vector.all() {
            #expect(try EthernetFrame(decoding: vector.bytes[...]).encoded() == vector.bytes)
        }
    }

    @Test("frames are never shorter than Ethernet allows")
    func framesArePadded() throws {
        for vector in try Vector.all() {
            #expect(vector.encoded.count >= EthernetFrame.minimumLength)
        }
    }

    @Test("the solicited-node group is made of the low 24 bits, and so is its Ethernet group")
    func solicitedNodeGroup() {
        let group = vip6.solicitedNodeGroup
        #expect(group == IPAddress("ff02::1:ff0a:10"))
        #expect(group.flatMap(MACAddress.init(group:)) == solicited)
        #expect(group?.isSolicitedNodeGroup == true)
        #expect(vip4.solicitedNodeGroup == nil)
        #expect(MACAddress(group: vip6) == nil)
        #expect(MACAddress(group: .allNodes) == allNodes)
    }

    @Test("a message is not made of addresses of the wrong kind")
    func refusesWrongFamilies() throws {
        #expect(ARPPacket.gratuitousRequest(for: vip6, at: ours) == nil)
        #expect(NeighborPacket.announcement(of: vip4, at: ours) == nil)
        #expect(NeighborPacket.probe(for: vip4) == nil)
        #expect(NeighborSolicitation(target: .allNodes) == nil)
        let solicitation = try #require(NeighborSolicitation(target: vip6))
        #expect(NeighborPacket(source: client4, destination: vip6, message: .solicitation(solicitation)) == nil)
    }

    @Test("a nonce of any length is padded to what an option can hold", arguments: [0, 1, 6, 7, 14, 2_038, 5_000])
    func padsNonces(length: Int) throws {
        let nonce = [UInt8](repeating: 7, count: length)
        let frame = try ResolutionFrame(NeighborPacket.probe(for: vip6, nonce: nonce)?.frame(from: ours))
        guard case .neighbor(let packet) = frame.content, case .solicitation(let solicitation) = packet.message else {
            Issue.record("not a solicitation")
            return
        }
        let received = try #require(solicitation.options.nonce)
        #expect(received.count % 8 == 6)
        #expect(received.starts(with: nonce.prefix(2_038)))
    }
}
