import NetworkTypes

@testable import AddressResolution

/// Frames as they are read from an interface.
enum FrameSeeds {
    /// Octets of an Ethernet header; an ICMPv6 message is behind it and an IPv6 header.
    private static let ethernet = 14
    private static let message = ethernet + IPv6Header.length
    private static let neighbour = Station(hardwareAddress: MACAddress(number: 0x0200_0000_0002))

    /// The frame with the checksum that its ICMPv6 message should have, which no chance finds; others as they are.
    static func sound(_ frame: [UInt8]) -> [UInt8] {
        var reader = ByteReader(frame.dropFirst(ethernet))
        guard let header = try? IPv6Header(from: &reader), header.nextHeader == IPv6Header.icmpv6,
            header.payloadLength >= 4, reader.remaining >= Int(header.payloadLength)
        else { return frame }
        var sound = frame
        sound[message + 2] = 0
        sound[message + 3] = 0
        let body = sound[message..<(message + Int(header.payloadLength))]
        let checksum = InternetChecksum.icmpv6(body, source: header.source, destination: header.destination)
        sound[message + 2] = UInt8(checksum >> 8)
        sound[message + 3] = UInt8(checksum & 0xFF)
        return sound
    }

    static let frames: [[UInt8]] = {
        let told = BoundarySeeds.addresses.flatMap { neighbour.announcementFrames(for: $0) }
        let probed = BoundarySeeds.addresses.compactMap {
            BoundarySeeds.station.probeFrame(for: $0, nonce: [1, 2, 3, 4, 5, 6])
        }
        // With an address to answer to.
        let asker = IPAddress(ipv6: 0xFE80 << 112 | 0x7)
        let asked = BoundarySeeds.addresses.compactMap { address in
            NeighborPacket.solicitation(for: address, from: asker, at: neighbour.hardwareAddress)?
                .frame(from: neighbour.hardwareAddress)
        }
        return told + probed + asked
    }()

    /// One as herald sends it, one as a router does, with a lifetime, an MTU, a prefix and a resolver, and the shortest.
    static let advertisements: [[UInt8]] = {
        guard let advertisement = RouterAdvertisement(from: IPAddress(ipv6: 0xFE80 << 112 | 0x1)) else { return [] }
        let own = advertisement.frame(from: neighbour.hardwareAddress)
        var router = own
        // 1,800 seconds.
        router[message + 6] = 0x07
        router[message + 7] = 0x08
        router += [5, 1, 0, 0, 0, 0, 0x05, 0xDC]
        router += [3, 4, 64, 0xC0, 0, 1, 0x51, 0x80, 0, 0, 0x38, 0x40, 0, 0, 0, 0]
        router += [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]
        router += [25, 3, 0, 0, 0, 0, 0x04, 0xB0]
        router += [0xFE, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01]
        return [own, sized(router), sized(Array(own.prefix(message + 16)))]
    }()

    /// The frame with the length that it has, and the checksum.
    private static func sized(_ frame: [UInt8]) -> [UInt8] {
        let length = UInt16(frame.count - message)
        var sized = frame
        sized[ethernet + 4] = UInt8(length >> 8)
        sized[ethernet + 5] = UInt8(length & 0xFF)
        return sound(sized)
    }
}
