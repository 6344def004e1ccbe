import Lab
import NetworkTypes

/// What 20 BFD sessions of 50 ms cost, between two heralds.
struct DetectionBenchmark {
    let stage: RouterStage
    private static let sessions = 20

    func figures() throws -> [Figure] {
        for number in 0..<Self.sessions {
            try stage.node.configure("addr add \(Self.own(number))/16 dev eth0")
            try stage.router.configure("addr add \(Self.other(number))/16 dev eth0")
        }
        let here = try stage.startHerald(0, bgp: Self.bgp(asn: 64512, isHere: true))
        let there = try stage.startHerald(
            0, bgp: Self.bgp(asn: 64500, isHere: false), on: stage.router, title: "other")
        LabClock.sleep(for: .seconds(4))
        let before = try here.processorTime()
        let start = LabClock.now.nanoseconds
        LabClock.sleep(for: .seconds(10))
        let share = (try here.processorTime() - before) / (Double(LabClock.now.nanoseconds - start) / 1e9) * 100
        try here.end()
        try there.end()
        return [Figure("BFD: \(Self.sessions) sessions of 50 ms, share of a core", "%", goal: .median(5), [share])]
    }

    private static func bgp(asn: Int, isHere: Bool) -> String {
        let peers = (0..<sessions).map { number in
            let (source, address) = isHere ? (own(number), other(number)) : (other(number), own(number))
            return "{name: p\(number), address: \(address), source: \(source), asn: \(isHere ? 64500 : 64512), "
                + "bfd: true}"
        }
        return "{asn: \(asn), peers: [\(peers.joined(separator: ", "))]}"
    }

    private static func own(_ number: Int) -> IPAddress { IPAddress(ipv4: 0x0A4D_0A01 + UInt32(number)) }
    private static func other(_ number: Int) -> IPAddress { IPAddress(ipv4: 0x0A4D_0B01 + UInt32(number)) }
}
