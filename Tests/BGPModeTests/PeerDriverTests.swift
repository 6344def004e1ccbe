import BGP
import NetworkTypes
import PacketLoop
import Testing

@testable import BGPMode

@Suite("Driver of a peer", .timeLimit(.minutes(1)))
struct PeerDriverTests {
    @Test("a connection that is refused beside a session leaves the address of the session as it is")
    func secondConnection() async throws {
        let loop = try PacketLoop.start(name: "peer")
        defer { loop.stop() }
        let bench = Bench(on: loop)
        let first = IPAddress(ipv4: 0x7F00_0001)
        try await bench.begin()
        try await bench.dial(first)
        #expect(await bench.localAddress == first)
        try await bench.speak()
        while await !bench.isEstablished { try await Task.sleep(for: .milliseconds(1)) }
        try await bench.dial(IPAddress(ipv4: 0x7F00_0002))
        #expect(await bench.isEstablished)
        #expect(await bench.localAddress == first)
        await bench.end()
    }

    @Test("what is said before there is a session is no news of routes")
    func routeNews() async throws {
        let loop = try PacketLoop.start(name: "peer")
        defer { loop.stop() }
        let bench = Bench(on: loop)
        try await bench.begin()
        try await bench.dial(IPAddress(ipv4: 0x7F00_0001))
        #expect(await !bench.hasRouteNews)
        try await bench.speak()
        while await !bench.isEstablished { try await Task.sleep(for: .milliseconds(1)) }
        #expect(await bench.hasRouteNews)
        await bench.end()
    }
}

/// The driver of a peer that dials, and the peer.
private actor Bench {
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private nonisolated let loop: PacketLoop
    private var driver: PeerDriver?
    /// The peer's ends of what it has dialled.
    private var dialled: [TCPStream] = []

    private static let peerASN = ASN(64500)
    private static let keepalive = [UInt8](repeating: 0xFF, count: 16) + [0, 19, 4]

    init(on loop: PacketLoop) {
        self.loop = loop
    }

    var isEstablished: Bool { driver?.isEstablished == true }
    var hasRouteNews: Bool {
        driver?.news.contains { if case .routes = $0 { true } else { false } } == true
    }
    var localAddress: IPAddress? { driver?.local?.address }

    func begin() throws {
        let remote = IPAddress(ipv4: 0x7F00_0001)
        var session = SessionConfiguration(
            localASN: ASN(64512), peerASN: Self.peerASN, identifier: try #require(RouterID(1)))
        session.mode = .passive
        let spec = PeerSpec(
            name: "tor",
            transport: .init(remote: SocketAddress(remote), hopLimit: 1),
            session: session, policy: ExportPolicy(asn: ASN(64512), peerAddress: remote, nextHops: .init()))
        let driver = PeerDriver(spec, host: HostAddresses(), loop: loop, seed: 1) { [weak self] signal in
            self?.assumeIsolated { $0.take(signal) }
        }
        self.driver = driver
        driver.start()
    }

    private func take(_ signal: PeerDriver.Signal) {
        driver?.take(signal)
    }

    /// The peer dials this address of the host.
    func dial(_ address: IPAddress) async throws {
        let listener = try TCPListener(bind: SocketAddress(address))
        defer { listener.close() }
        dialled.append(try TCPStream.connect(to: try listener.localAddress()))
        while true {
            if let stream = try listener.accept().first {
                driver?.accept(stream)
                return
            }
            try await Task.sleep(for: .milliseconds(1))
        }
    }

    /// The peer says on its last connection what makes a session.
    func speak() throws {
        let open = OpenMessage(
            asn: Self.peerASN, holdTime: .standard, identifier: try #require(RouterID(2)),
            capabilities: [.multiprotocol(.ipv4Unicast)])
        _ = try dialled.last?.write(open.octets + Self.keepalive)
    }

    func end() {
        driver?.tearDown()
        for stream in dialled { stream.close() }
    }
}
