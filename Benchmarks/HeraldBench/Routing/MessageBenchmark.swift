import BGP
import NetworkTypes

/// What BGP costs without a network: two peers in this process, whose octets are passed on by hand.
struct MessageBenchmark {
    private static let routes = 10_000
    private static let runs = 9

    func figures() -> [Figure] {
        var encoding: [Double] = []
        var decoding: [Double] = []
        var single: [Double] = []
        for run in 0..<Self.runs {
            var pair = Pair(seed: UInt64(run))
            pair.establish()
            // Attributes that differ from route to route are the worst case of both.
            for isUniform in [true, false] {
                let routes = Self.routes(isUniform: isUniform)
                var octets: [UInt8] = []
                let encodingTime = Samples.nanoseconds {
                    octets = pair.replace(with: routes)
                }
                let decodingTime = Samples.nanoseconds { pair.deliver(octets) }
                guard !isUniform else { continue }
                encoding.append(Double(octets.count) / encodingTime * 1_000)
                decoding.append(Double(octets.count) / decodingTime * 1_000)
            }
            for number in 0..<20 {
                let prefix = CIDR(IPAddress(ipv4: 0xCB00_7100 + UInt32(number)))
                single.append(Samples.nanoseconds { _ = pair.set(prefix) } / 1_000)
            }
        }
        return [
            Figure("BGP: encoding UPDATEs, attributes all different", "MB/s", encoding),
            Figure("BGP: decoding and judging UPDATEs, attributes all different", "MB/s", decoding),
            Figure("BGP: one Service among 10,000, to its UPDATE", "µs", single),
        ]
    }

    private static func routes(isUniform: Bool) -> [CIDR: RouteAttributes] {
        var routes: [CIDR: RouteAttributes] = [:]
        for number in 0..<UInt32(Self.routes) {
            var route = RouteAttributes()
            route.communities = [Community(isUniform ? 1 : number)]
            routes[CIDR(IPAddress(ipv4: 0x0A00_0000 + number))] = route
        }
        return routes
    }

    /// Two peers that have agreed to everything.
    private struct Pair {
        private var sender: Peer
        private var receiver: Peer
        private let now = MonotonicTime.zero
        private let outgoing = ConnectionID.outgoing(1)
        private let incoming = ConnectionID.incoming(1)

        init(seed: UInt64) {
            func peer(_ own: UInt32, _ other: UInt32, _ mode: SessionConfiguration.ConnectionMode) -> Peer {
                let identifier = RouterID(IPAddress(ipv4: own))
                guard let identifier else { preconditionFailure("an AS number is not zero") }
                var configuration = SessionConfiguration(
                    localASN: ASN(own), peerASN: ASN(other), identifier: identifier)
                configuration.mode = mode
                var hops = ExportPolicy.NextHops()
                hops.ipv4 = IPAddress(ipv4: 0x0A00_0001)
                return Peer(
                    configuration: configuration,
                    policy: ExportPolicy(asn: ASN(own), peerAddress: IPAddress(ipv4: 0x0A00_0002), nextHops: hops),
                    seed: seed)
            }
            sender = peer(64512, 64500, .active)
            receiver = peer(64500, 64512, .passive)
        }

        mutating func establish() {
            var toReceiver: [UInt8] = []
            _ = receiver.handle(.start, at: now)
            _ = sender.handle(.start, at: now)
            var toSender = Self.octets(receiver.handle(.accepted(incoming), at: now))
            toReceiver += Self.octets(sender.handle(.connected(outgoing), at: now))
            for _ in 0..<3 {
                let back = Self.octets(receiver.handle(.received(incoming, toReceiver), at: now))
                toReceiver = Self.octets(sender.handle(.received(outgoing, toSender), at: now))
                toSender = back
            }
            _ = sender.update(at: now) { $0.completeSet() }
            _ = sender.handle(.wrote(outgoing, pending: 0), at: now)
        }

        mutating func replace(with routes: [CIDR: RouteAttributes]) -> [UInt8] {
            var octets = Self.octets(sender.update(at: now) { $0.replaceAll(with: routes) })
            while true {
                let more = Self.octets(sender.handle(.wrote(outgoing, pending: 0), at: now))
                if more.isEmpty { return octets }
                octets += more
            }
        }

        mutating func set(_ prefix: CIDR) -> [UInt8] {
            let octets = Self.octets(sender.update(at: now) { $0.set(prefix, RouteAttributes()) })
            _ = sender.handle(.wrote(outgoing, pending: 0), at: now)
            return octets
        }

        mutating func deliver(_ octets: [UInt8]) {
            for start in stride(from: 0, to: octets.count, by: 65_536) {
                let part = Array(octets[start..<min(start + 65_536, octets.count)])
                _ = receiver.handle(.received(incoming, part), at: now)
            }
        }

        private static func octets(_ effects: [SessionEffect]) -> [UInt8] {
            effects.flatMap { if case .send(_, let octets) = $0 { octets } else { [UInt8]() } }
        }
    }
}
