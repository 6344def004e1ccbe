import NetworkTypes

/// How many frames were sent on all interfaces since the start, and what came of those that were received.
struct FrameCounters: Sendable {
    /// What a frame is sent for.
    enum Purpose: String, CaseIterable, Sendable {
        case announcement, answer, defence, probe
    }

    private var arp = [UInt64](repeating: 0, count: Purpose.allCases.count)
    private var ndp = [UInt64](repeating: 0, count: Purpose.allCases.count)
    /// Questions that were not answered, since the asker had had its share.
    var refused: UInt64 = 0
    /// Frames that were malformed, or no concern of ARP and NDP.
    var undecodable: UInt64 = 0

    mutating func noteSent(_ count: Int, _ purpose: Purpose, _ family: AddressFamily) {
        let index = Purpose.allCases.firstIndex(of: purpose) ?? 0
        switch family {
        case .ipv4: arp[index] &+= UInt64(count)
        case .ipv6: ndp[index] &+= UInt64(count)
        }
    }

    /// Every kind, those too that were never sent.
    var sent: [(protocol: String, purpose: String, count: UInt64)] {
        Purpose.allCases.enumerated().flatMap { index, purpose in
            [("arp", purpose.rawValue, arp[index]), ("ndp", purpose.rawValue, ndp[index])]
        }
    }
}
