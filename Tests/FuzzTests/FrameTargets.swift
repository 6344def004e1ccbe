import AddressResolution
import NetworkTypes

extension FuzzTarget {
    /// What is read from the wire: ARP, neighbor discovery, and router advertisements.
    static let frames = [resolutionFrame, routerAdvertisement]

    /// What a responder and a prober make of a frame.
    private static let resolutionFrame = FuzzTarget("arp-ndp", seeds: FrameSeeds.frames) { octets in
        for octets in [octets, FrameSeeds.sound(octets)] { resolve(octets) }
    }

    private static func resolve(_ octets: [UInt8]) {
        let address = BoundarySeeds.addresses
        var responder = Responder(station: BoundarySeeds.station, owned: Set(address))
        let now = MonotonicTime(nanoseconds: 1)
        for effect in responder.handle(octets[...], at: now) {
            guard case .send(let frame) = effect else { continue }
            hold((try? ResolutionFrame(decoding: frame[...])) != nil, "an answer can be read")
        }
        guard let frame = try? ResolutionFrame(decoding: octets[...]) else { return }
        rewrite(frame.content)
        _ = frame.claim(at: now)
        var prober = Prober(station: BoundarySeeds.station, mode: .fast, seed: 1)
        for each in address { _ = prober.start(each, at: now) }
        _ = prober.handle(frame, at: now)
    }

    private static func rewrite(_ content: ResolutionFrame.Content) {
        var writer = ByteWriter()
        let isAlike: Bool
        switch content {
        case .arp(let packet):
            packet.encode(into: &writer)
            isAlike = (try? ARPPacket(decoding: writer.bytes[...])) == packet
        case .neighbor(let packet):
            packet.encode(into: &writer)
            isAlike = (try? NeighborPacket(decoding: writer.bytes[...])) == packet
        }
        hold(isAlike, "a packet that was read is written alike")
    }

    private static let routerAdvertisement = FuzzTarget(
        "router-advertisement", seeds: FrameSeeds.advertisements
    ) { octets in
        for octets in [octets, FrameSeeds.sound(octets)] {
            guard let read = RouterAdvertisement(frame: octets) else { continue }
            hold(read.source.family == .ipv6 && read.source.isLinkLocal, "a router speaks from its link")
            let written = read.frame(from: BoundarySeeds.station.hardwareAddress)
            hold(RouterAdvertisement(frame: written) == read, "an advertisement that was read is written alike")
        }
    }
}
