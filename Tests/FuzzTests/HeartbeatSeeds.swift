import NetworkTypes

@testable import Membership

/// What members tell each other, and how the one stands that is told.
enum HeartbeatSeeds {
    static let moments = Conversation().moments

    /// The number of a moment, the length of the first of two datagrams, and both without their seals.
    static let datagrams: [[UInt8]] = {
        let bodies = moments.map { Array($0.datagram.dropLast(OpenSeal.length)) }
        let single = bodies.enumerated().map { number, body in framed(number, body, []) }
        // What comes in several parts is put together from two that follow each other.
        let pairs = zip(bodies, bodies.dropFirst()).enumerated().map { number, pair in framed(number, pair.0, pair.1) }
        return single + pairs
    }()

    private static func framed(_ number: Int, _ first: [UInt8], _ second: [UInt8]) -> [UInt8] {
        let length = UInt16(clamping: first.count)
        return [UInt8(clamping: number), UInt8(length >> 8), UInt8(length & 0xFF)] + first + second
    }

    static let states: [[UInt8]] = {
        let heard = moments.last?.member.peers.compactMap(\.state) ?? []
        let claims = HeldAddresses(
            sorted: BoundarySeeds.addresses.map { HeldAddress($0, epoch: 1 << 33, isInEffect: true, isOffered: true) })
        let one = NodeState(
            subnets: ["10.0.0.0/9", "0.0.0.0/0", "2001:db8::/33"].compactMap { CIDR($0) },
            stations: [MACAddress(number: 0x0200_0000_0001)],
            conflicts: BoundarySeeds.addresses.map { AddressConflict(address: $0, station: .broadcast) },
            claims: claims ?? HeldAddresses())
        return (heard + [one, NodeState()]).map { state in
            var writer = ByteWriter()
            state.encode(into: &writer)
            return writer.bytes
        }
    }()

    static let records: [[UInt8]] = {
        let heard = moments.last?.member.peers.compactMap(\.records) ?? []
        let few = NodeRecords([
            SharedRecord(name: "web/shop", addresses: BoundarySeeds.addresses),
            SharedRecord(name: "web/é", addresses: [], reason: ("PoolFull", "nothing is free")),
        ])
        return (heard + [few, NodeRecords([])]).map { records in
            var writer = ByteWriter()
            records.encode(into: &writer)
            return writer.bytes
        }
    }()
}
