import NetworkTypes
import Testing

@testable import AddressResolution

@Suite("Answers for owned addresses")
struct ResponderTests {
    var responder = Responder(station: station, owned: [vip4, vip6])

    private func arp(to destination: MACAddress = .broadcast, _ packet: ARPPacket?) throws -> ArraySlice<UInt8> {
        try #require(packet).frame(to: destination)[...]
    }

    private func neighbor(
        from source: MACAddress = theirs, to destination: MACAddress = ours, _ packet: NeighborPacket?
    ) throws -> ArraySlice<UInt8> {
        try #require(packet).frame(from: source, to: destination)[...]
    }

    private func vector(_ name: String) throws -> [UInt8] {
        try #require(try Vector.all().first { $0.testDescription == name }).bytes
    }

    @Test(
        "a request is answered to the asker, whether it was broadcast or not", arguments: [MACAddress.broadcast, ours])
    mutating func answersRequests(destination: MACAddress) throws {
        let request = try arp(to: destination, .request(for: vip4, from: client4, at: theirs))
        #expect(responder.handle(request, at: .zero) == [.send(try vector("ARP reply"))])
        #expect(responder.counters.answered == 1)
    }

    @Test("a probe of our address is answered and told of")
    mutating func answersProbes() throws {
        let probe = try arp(.probe(for: vip4, from: theirs))
        let claim = Claim(address: vip4, hardwareAddress: theirs, kind: .probe, time: milliseconds(3))
        #expect(
            responder.handle(probe, at: milliseconds(3))
                == [.send(try vector("reply to an ARP probe")), .observed(claim)])
    }

    @Test("addresses that are not owned, or are no more, are nobody's business of ours")
    mutating func silentForOthers() throws {
        let other = IPAddress(ipv4: 0xC000_020B)
        #expect(responder.handle(try arp(.request(for: other, from: client4, at: theirs)), at: .zero).isEmpty)
        #expect(responder.handle(try arp(.probe(for: other, from: theirs)), at: .zero).isEmpty)
        #expect(responder.handle(try arp(.gratuitousReply(for: other, at: theirs)), at: .zero).isEmpty)
        responder.owned = []
        #expect(responder.handle(try arp(.request(for: vip4, from: client4, at: theirs)), at: .zero).isEmpty)
        #expect(responder.handle(try vector("solicitation")[...], at: .zero).isEmpty)
    }

    @Test("what a switch floods for another station is not answered")
    mutating func silentForOtherStations() throws {
        let elsewhere = MACAddress(number: 0x0200_5E10_0099)
        let request = try arp(to: elsewhere, .request(for: vip4, from: client4, at: theirs))
        #expect(responder.handle(request, at: .zero).isEmpty)
    }

    @Test("replies are not answered")
    mutating func silentForReplies() throws {
        let reply = ARPPacket(
            .reply, senderHardware: theirs, senderAddress: client4, targetHardware: ours, targetAddress: vip4)
        #expect(responder.handle(try arp(to: ours, reply), at: .zero).isEmpty)
    }

    @Test("an asker that no answer can reach gets none", arguments: [0xE000_0001, 0xFFFF_FFFF] as [UInt32])
    mutating func silentForGroups(sender: UInt32) throws {
        let request = ARPPacket.request(for: vip4, from: IPAddress(ipv4: sender), at: theirs)
        #expect(responder.handle(try arp(request), at: .zero).isEmpty)
    }

    @Test("our own frames and those of our other interfaces are ignored", arguments: [ours, sibling])
    mutating func ignoresOwnFrames(hardware: MACAddress) throws {
        #expect(responder.handle(try arp(.gratuitousRequest(for: vip4, at: hardware)), at: .zero).isEmpty)
        #expect(responder.handle(try arp(.probe(for: vip4, from: hardware)), at: .zero).isEmpty)
        #expect(
            responder.handle(try neighbor(from: hardware, .announcement(of: vip6, at: hardware)), at: .zero).isEmpty)
        #expect(responder.handle(try neighbor(from: hardware, .probe(for: vip6)), at: .zero).isEmpty)
        #expect(responder.handle(try neighbor(from: theirs, .announcement(of: vip6, at: hardware)), at: .zero).isEmpty)
    }

    @Test("whoever sends as our address is told of and not answered")
    mutating func observesARP() throws {
        let claim = Claim(address: vip4, hardwareAddress: theirs, kind: .use, time: .zero)
        for packet in [
            ARPPacket.gratuitousRequest(for: vip4, at: theirs), .gratuitousReply(for: vip4, at: theirs),
            .request(for: client4, from: vip4, at: theirs), .request(for: vip4, from: vip4, at: theirs),
        ] {
            #expect(responder.handle(try arp(packet), at: .zero) == [.observed(claim)])
        }
    }

    @Test("a solicitation is answered to the asker: S=1, O=1")
    mutating func answersSolicitations() throws {
        let answer = try vector("solicited advertisement")
        #expect(responder.handle(try vector("solicitation")[...], at: .zero) == [.send(answer)])
        let withoutOption = try vector("unicast solicitation without options")
        #expect(responder.handle(withoutOption[...], at: .zero) == [.send(answer)])
    }

    @Test("the answer goes to the source link-layer option where it differs from the frame's source")
    mutating func answersToOption() throws {
        let behind = MACAddress(number: 0x0200_5E10_0077)
        let solicitation = try neighbor(.solicitation(for: vip6, from: client6, at: behind))
        let expected = NeighborPacket.answer(for: vip6, at: ours, to: client6)?.frame(from: ours, to: behind)
        #expect(responder.handle(solicitation, at: .zero) == [.send(try #require(expected))])
    }

    @Test("a node that forwards says so")
    mutating func routerFlag() throws {
        responder.station.isRouter = true
        let effects = responder.handle(try vector("solicitation")[...], at: .zero)
        let expected = NeighborPacket.answer(for: vip6, at: ours, to: client6, isRouter: true)
        #expect(effects == [.send(try #require(expected?.frame(from: ours, to: theirs)))])
    }

    @Test("a neighbor probe is answered to every node with S=0, and told of")
    mutating func answersNeighborProbes() throws {
        let claim = Claim(address: vip6, hardwareAddress: theirs, kind: .probe, time: .zero)
        #expect(
            responder.handle(try vector("neighbor probe")[...], at: .zero)
                == [.send(try vector("answer to a neighbor probe")), .observed(claim)])
    }

    @Test("an advertisement or solicitation by another as our address is told of")
    mutating func observesNeighbors() throws {
        let claim = Claim(address: vip6, hardwareAddress: theirs, kind: .use, time: .zero)
        let advertised = try neighbor(.announcement(of: vip6, at: theirs))
        #expect(responder.handle(advertised, at: .zero) == [.observed(claim)])
        let solicited = try neighbor(.solicitation(for: vip6, from: vip6, at: theirs))
        #expect(responder.handle(solicited, at: .zero) == [.observed(claim)])
        let withoutOption = NeighborAdvertisement(target: vip6, isRouter: false, isSolicited: false, isOverride: false)
        let packet = NeighborPacket(
            source: client6, destination: .allNodes, message: .advertisement(try #require(withoutOption)))
        #expect(responder.handle(try neighbor(packet), at: .zero) == [.observed(claim)])
    }

    @Test("malformed frames are counted")
    mutating func countsMalformed() {
        #expect(responder.handle([1, 2, 3], at: .zero).isEmpty)
        #expect(responder.counters.undecodable == 1)
    }

    @Test("a router that asks for every address at once, twice, is answered each time")
    mutating func answersRouterRestart() throws {
        let all = addresses(5_000)
        responder.owned = Set(all)
        for address in all + all {
            let request = try arp(.request(for: address, from: client4, at: theirs))
            #expect(responder.handle(request, at: .zero).count == 1)
        }
        #expect(responder.counters.refused == 0)
    }

    @Test("one asker gets 1,000 answers a second for long, and leaves the others theirs")
    mutating func boundsAsker() throws {
        let request = try arp(.request(for: vip4, from: client4, at: theirs))
        for step in 0..<20_000 as Range<Int64> {
            _ = responder.handle(request, at: MonotonicTime(nanoseconds: step * 100_000))
        }
        #expect((3_000...3_010).contains(responder.counters.answered))
        #expect(responder.counters.answered + responder.counters.refused == 20_000)
        let other = try arp(.request(for: vip4, from: client4, at: MACAddress(number: 0x0200_5E10_0055)))
        #expect(responder.handle(other, at: milliseconds(2_000)).count == 1)
    }

    @Test("a flood from invented sources takes no real asker's answer")
    mutating func survivesFlood() throws {
        for step in 0..<20_000 as Range<UInt64> {
            let invented = MACAddress(number: 0x0600_0000_0000 + step)
            let flood = ARPPacket.request(for: vip4, from: client4, at: invented)
            _ = responder.handle(try arp(flood), at: milliseconds(Int64(step / 100)))
            guard step % 1_000 == 0 else { continue }
            let real = try arp(.request(for: vip4, from: client4, at: theirs))
            #expect(responder.handle(real, at: milliseconds(Int64(step / 100))).count == 1)
        }
    }

    @Test("answers that every node hears are bounded for each address")
    mutating func boundsProbeAnswers() throws {
        for step in 0..<1_000 as Range<UInt64> {
            let probe = try neighbor(from: MACAddress(number: 0x0600_0000_0000 + step), .probe(for: vip6))
            _ = responder.handle(probe, at: milliseconds(Int64(step)))
        }
        #expect((19...21).contains(responder.counters.answered))
    }
}
