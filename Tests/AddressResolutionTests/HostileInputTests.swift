import NetworkTypes
import Testing

@testable import AddressResolution

@Suite("Input of any kind")
struct HostileInputTests {
    /// Gives one frame to everything that reads frames.
    struct Readers {
        var responder = Responder(station: station, owned: [vip4, vip6])
        var prober = Prober(station: station, mode: .fast, seed: 1)
        var monitor = ConflictMonitor()

        mutating func take(_ bytes: [UInt8], at now: MonotonicTime) {
            for effect in responder.handle(bytes[...], at: now) {
                switch effect {
                case .observed(let claim): _ = monitor.handle(claim)
                case .send(let frame): expectAnswer(frame)
                }
            }
            guard let frame = try? ResolutionFrame(decoding: bytes[...]) else { return }
            for effect in prober.handle(frame, at: now) {
                if case .conflict(let address, _) = effect { _ = prober.start(address, at: now) }
            }
        }

        /// Whatever was asked, an answer is well formed and tells where one of our addresses is.
        private func expectAnswer(_ frame: [UInt8]) {
            let claim = try? ResolutionFrame(decoding: frame[...]).claim(at: .zero)
            #expect(claim?.hardwareAddress == ours)
            #expect(claim.map { responder.owned.contains($0.address) } == true)
        }
    }

    @Test("random octets never trap", arguments: 0..<10 as Range<UInt64>)
    func randomOctets(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var readers = Readers()
        for step in 0..<5_000 {
            let length = Int.random(in: 0...120, using: &random)
            var bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            if length > 14, Bool.random(using: &random) {
                bytes.replaceSubrange(12..<14, with: Bool.random(using: &random) ? [0x08, 0x06] : [0x86, 0xDD])
            }
            readers.take(bytes, at: milliseconds(Int64(step)))
        }
    }

    @Test(
        "frames with some octets changed never trap, and are answered only at our own addresses",
        arguments: 0..<10 as Range<UInt64>)
    func mutatedFrames(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        var readers = Readers()
        _ = readers.prober.start(vip4, at: .zero)
        _ = readers.prober.start(vip6, at: .zero)
        let vectors = try Vector.all()
        for step in 0..<5_000 {
            guard var bytes = vectors.randomElement(using: &random)?.bytes else { continue }
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            if bytes[12] == 0x86, bytes.count >= 78, Bool.random(using: &random) { repairChecksum(of: &bytes) }
            readers.take(bytes, at: milliseconds(Int64(step)))
        }
    }

    private func repairChecksum(of bytes: inout [UInt8]) {
        guard let source = IPAddress(octets: bytes[22..<38]), let destination = IPAddress(octets: bytes[38..<54]) else {
            return
        }
        bytes[56] = 0
        bytes[57] = 0
        let checksum = InternetChecksum.icmpv6(bytes[54...], source: source, destination: destination)
        bytes[56] = UInt8(checksum >> 8)
        bytes[57] = UInt8(checksum & 0xFF)
    }
}
