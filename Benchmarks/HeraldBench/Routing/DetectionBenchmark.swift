import Lab
import NetworkTypes

/// What 20 and 64 BFD sessions of 50 ms cost, between two heralds.
struct DetectionBenchmark {
    let stage: RouterStage
    private static let most = 64

    func figures() throws -> [Figure] {
        for number in 0..<Self.most {
            try stage.node.configure("addr add \(Self.own(number))/16 dev eth0")
            try stage.router.configure("addr add \(Self.other(number))/16 dev eth0")
        }
        return try [figure(20, goal: 5), figure(Self.most, goal: 15)]
    }

    private func figure(_ sessions: Int, goal: Double) throws -> Figure {
        let here = try stage.startHerald(0, bgp: Self.bgp(asn: 64512, isHere: true, sessions))
        let there = try stage.startHerald(
            0, bgp: Self.bgp(asn: 64500, isHere: false, sessions), on: stage.router, title: "other")
        LabClock.sleep(for: .seconds(4))
        let before = try here.processorTime()
        let start = LabClock.now.nanoseconds
        LabClock.sleep(for: .seconds(10))
        let share = (try here.processorTime() - before) / (Double(LabClock.now.nanoseconds - start) / 1e9) * 100
        try here.end()
        try there.end()
        return Figure("BFD: \(sessions) sessions of 50 ms, share of a core", "%", goal: .median(goal), [share])
    }

    private static func bgp(asn: Int, isHere: Bool, _ sessions: Int) -> String {
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
