import NetworkTypes
import Testing

@testable import AddressResolution

/// A frame that scapy made from the fields (and tshark found nothing wrong with), and the value that stands for it.
struct Vector: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let bytes: [UInt8]
    /// Who sends the frame and to whom.
    let source: MACAddress
    let destination: MACAddress
    let content: ResolutionFrame.Content

    init(_ name: String, to destination: MACAddress, from source: MACAddress, _ hex: String, _ packet: ARPPacket?)
        throws
    {
        testDescription = name
        bytes = try octets(hex)
        self.source = source
        self.destination = destination
        content = .arp(try #require(packet))
    }

    init(
        _ name: String, to destination: MACAddress, from source: MACAddress, _ hex: String, _ packet: NeighborPacket?
    ) throws {
        testDescription = name
        bytes = try octets(hex)
        self.source = source
        self.destination = destination
        content = .neighbor(try #require(packet))
    }

    /// What our encoder makes of the value.
    var encoded: [UInt8] {
        switch content {
        case .arp(let packet): packet.frame(to: destination)
        case .neighbor(let packet): packet.frame(from: source, to: destination)
        }
    }

    static func all() throws -> [Vector] { try arp() + neighbor() }

    static func arp() throws -> [Vector] {
        let request = ARPPacket.request(for: vip4, from: client4, at: theirs)
        return [
            try Vector(
                "gratuitous request", to: .broadcast, from: ours,
                """
                ffffffffffff02005e100001080600010800060400 0102005e100001c000020a000000000000c000020a
                000000000000000000000000000000000000
                """, .gratuitousRequest(for: vip4, at: ours)),
            try Vector(
                "gratuitous reply", to: .broadcast, from: ours,
                """
                ffffffffffff02005e100001080600010800060400 0202005e100001c000020a02005e100001c000020a
                000000000000000000000000000000000000
                """, .gratuitousReply(for: vip4, at: ours)),
            try Vector(
                "ARP probe", to: .broadcast, from: ours,
                """
                ffffffffffff02005e100001080600010800060400 0102005e10000100000000000000000000c000020a
                000000000000000000000000000000000000
                """, .probe(for: vip4, from: ours)),
            try Vector(
                "ARP request", to: .broadcast, from: theirs,
                """
                ffffffffffff02005e100002080600010800060400 0102005e100002c0000232000000000000c000020a
                000000000000000000000000000000000000
                """, request),
            try Vector(
                "ARP reply", to: theirs, from: ours,
                """
                02005e10000202005e100001080600010800060400 0202005e100001c000020a02005e100002c0000232
                000000000000000000000000000000000000
                """, request?.reply(from: ours)),
            try Vector(
                "reply to an ARP probe", to: theirs, from: ours,
                """
                02005e10000202005e100001080600010800060400 0202005e100001c000020a02005e10000200000000
                000000000000000000000000000000000000
                """, ARPPacket.probe(for: vip4, from: theirs)?.reply(from: ours)),
        ]
    }

    static func neighbor() throws -> [Vector] {
        [
            try Vector(
                "unsolicited advertisement", to: allNodes, from: ours,
                """
                33330000000102005e10000186dd6000000000203aff 20010db80000000000000000000a0010
                ff020000000000000000000000000001 88009ae82000000020010db80000000000000000000a0010
                020102005e100001
                """, .announcement(of: vip6, at: ours)),
            try Vector(
                "unsolicited advertisement of a router from its link-local address", to: allNodes, from: ours,
                """
                33330000000102005e10000186dd6000000000203aff fe8000000000000000005efffe100001
                ff020000000000000000000000000001 8800ed28a000000020010db80000000000000000000a0010
                020102005e100001
                """, .announcement(of: vip6, at: ours, from: linkLocal, isRouter: true)),
            try Vector(
                "solicitation", to: solicited, from: theirs,
                """
                3333ff0a001002005e10000286dd6000000000203aff fe8000000000000000005efffe100002
                ff0200000000000000000001ff0a0010 8700900c0000000020010db80000000000000000000a0010
                010102005e100002
                """, .solicitation(for: vip6, from: client6, at: theirs)),
            try Vector(
                "unicast solicitation without options", to: ours, from: theirs,
                """
                02005e10000102005e10000286dd6000000000183aff fe8000000000000000005efffe100002
                20010db80000000000000000000a0010 8700c1730000000020010db80000000000000000000a0010
                """,
                NeighborSolicitation(target: vip6).flatMap {
                    NeighborPacket(source: client6, destination: vip6, message: .solicitation($0))
                }),
            try Vector(
                "solicited advertisement", to: theirs, from: ours,
                """
                02005e10000202005e10000186dd6000000000203aff 20010db80000000000000000000a0010
                fe8000000000000000005efffe100002 8800fe586000000020010db80000000000000000000a0010
                020102005e100001
                """, .answer(for: vip6, at: ours, to: client6)),
            try Vector(
                "answer to a neighbor probe", to: allNodes, from: ours,
                """
                33330000000102005e10000186dd6000000000203aff 20010db80000000000000000000a0010
                ff020000000000000000000000000001 88009ae82000000020010db80000000000000000000a0010
                020102005e100001
                """, .answerToProbe(for: vip6, at: ours)),
            try Vector(
                "neighbor probe with a nonce", to: solicited, from: ours,
                """
                3333ff0a001002005e10000186dd6000000000203aff 00000000000000000000000000000000
                ff0200000000000000000001ff0a0010 870035a60000000020010db80000000000000000000a0010
                0e01010203040506
                """, .probe(for: vip6, nonce: [1, 2, 3, 4, 5, 6])),
            try Vector(
                "neighbor probe", to: solicited, from: theirs,
                """
                3333ff0a001002005e10000286dd6000000000183aff 00000000000000000000000000000000
                ff0200000000000000000001ff0a0010 87004cbb0000000020010db80000000000000000000a0010
                """, .probe(for: vip6)),
        ]
    }
}
