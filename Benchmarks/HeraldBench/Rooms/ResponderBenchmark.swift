import AddressResolution
import NetworkTypes

/// What an answer to a question for an owned address costs, in nanoseconds, from frame to frame.
struct ResponderBenchmark {
    private static let runs = 50
    private static let questions = 1_000
    private static let ours = MACAddress(number: 0x0200_5E10_0001)
    private static let theirs = MACAddress(number: 0x0200_5E10_0002)

    func figures() -> [Figure] {
        let asker = IPAddress(ipv6: 0xFE80 << 112 | 0x5EFF_FE10_0002)
        let requests = Self.frames(0x0A00_0000) {
            ARPPacket.request(for: $0, from: IPAddress(ipv4: 0x0AFF_0001), at: Self.theirs)?.frame(to: .broadcast)
        }
        let solicitations = Self.frames(0x2001_0DB8 << 96) {
            NeighborPacket.solicitation(for: $0, from: asker, at: Self.theirs)?.frame(from: Self.theirs)
        }
        return [
            Figure("ARP: an answered request, 1,000 owned", "ns", Self.samples(requests)),
            Figure("NDP: an answered solicitation, 1,000 owned", "ns", Self.samples(solicitations)),
        ]
    }

    private static func frames(
        _ first: UInt128, _ frame: (IPAddress) -> [UInt8]?
    ) -> [(address: IPAddress, frame: [UInt8])] {
        (0..<UInt128(questions)).compactMap { number in
            let address =
                UInt32(exactly: first + number).map { IPAddress(ipv4: $0) } ?? IPAddress(ipv6: first + number)
            return frame(address).map { (address, $0) }
        }
    }

    /// None when a question was not answered.
    private static func samples(_ questions: [(address: IPAddress, frame: [UInt8])]) -> [Double] {
        var responder = Responder(station: Station(hardwareAddress: ours), owned: Set(questions.map(\.address)))
        // A pace at which the asker stays within its budget.
        var now = MonotonicTime.zero
        let samples = (0..<runs).map { _ in
            Samples.nanoseconds {
                for question in questions {
                    now = now.advanced(by: .milliseconds(2))
                    _ = responder.handle(question.frame[...], at: now)
                }
            } / Double(max(questions.count, 1))
        }
        return responder.counters.answered == UInt64(runs * self.questions) ? samples : []
    }
}
