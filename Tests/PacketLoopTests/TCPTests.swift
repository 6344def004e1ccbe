import Glibc
import NetworkTypes
import Testing

@testable import PacketLoop

@Suite("TCP", .timeLimit(.minutes(1)))
struct TCPTests {
    @Test("both ends talk, and each may close its half", arguments: AddressFamily.allCases)
    func conversation(family: AddressFamily) async throws {
        let (client, server) = try await connectedPair(family)
        #expect(try server.remoteAddress == client.localAddress())
        #expect(try client.write([1, 2, 3]))
        #expect(try await server.nextInput() == .octets([1, 2, 3]))
        #expect(try server.read() == .nothing)
        try client.closeWriting()
        #expect(try await server.nextInput() == .end)
        #expect(try server.write([4]))
        #expect(try await client.nextInput() == .octets([4]))
        server.close()
        #expect(try await client.nextInput() == .end)
    }

    @Test("a read takes no more than it is asked to")
    func boundedRead() async throws {
        let (client, server) = try await connectedPair(.ipv4)
        #expect(try client.write(Array(repeating: 9, count: 10)))
        #expect(try await server.nextInput(upTo: 4) == .octets([9, 9, 9, 9]))
        #expect(try server.read(upTo: 100) == .octets(Array(repeating: 9, count: 6)))
    }

    @Test("what a slow reader leaves is kept up to a limit, then refused whole, and arrives in order")
    func backPressure() async throws {
        var options = TCPOptions()
        options.unsentLimit = 100_000
        let (client, server) = try await connectedPair(.ipv4, options: options)
        var written = 0
        while try client.write(Array(repeating: UInt8(truncatingIfNeeded: written / 10_000), count: 10_000)) {
            written += 10_000
        }
        #expect(client.unsentCount > 90_000 && client.unsentCount <= 100_000)
        var received: [UInt8] = []
        while received.count < written {
            if case .octets(let octets) = try server.read() { received += octets } else { await Task.yield() }
            try client.flush()
        }
        #expect(client.unsentCount == 0)
        #expect(received.enumerated().allSatisfy { UInt8(truncatingIfNeeded: $0 / 10_000) == $1 })
    }

    @Test("nobody listening, and a reset, are told as such")
    func failures() async throws {
        let listener = try TCPListener(bind: .loopback)
        let address = try listener.localAddress()
        listener.close()
        let refused = await #expect(throws: SystemError.self) {
            let stream = try TCPStream.connect(to: address)
            try await stream.connected()
        }
        #expect(refused?.code == ECONNREFUSED)
        let (client, server) = try await connectedPair(.ipv4)
        server.abort()
        let lost = await #expect(throws: SystemError.self) { _ = try await client.nextInput() }
        #expect(lost?.isConnectionLost == true)
    }

    @Test("the source address is used")
    func source() async throws {
        let listener = try TCPListener(bind: .any(.ipv4))
        let source = IPAddress(ipv4: 0x7F00_0009)
        let target = SocketAddress(IPAddress(ipv4: 0x7F00_0001), port: try listener.localAddress().port)
        let client = try TCPStream.connect(to: target, from: SocketAddress(source))
        try await client.connected()
        #expect(try listener.accept().first?.remoteAddress.address == source)
    }

    @Test("with a minimum hop limit, a peer that may be far away gets no answer", arguments: AddressFamily.allCases)
    func minimumHopLimit(family: AddressFamily) async throws {
        var near = TCPOptions()
        near.hopLimit = 255
        near.minimumHopLimit = 255
        near.dscp = .networkControl
        near.userTimeout = .seconds(5)
        let listener = try TCPListener(bind: .loopback(family), options: near)
        let target = try listener.localAddress()
        let good = try TCPStream.connect(to: target, options: near)
        try await good.connected()
        var far = TCPOptions()
        far.hopLimit = 254
        let bad = try TCPStream.connect(to: target, options: far)
        try await Task.sleep(for: .milliseconds(50))
        #expect(try !bad.finishConnecting())
        #expect(try listener.accept().count == 1)
    }

    @Test("a minimum hop limit can be set and taken back while it listens", arguments: AddressFamily.allCases)
    func laterMinimumHopLimit(family: AddressFamily) async throws {
        let listener = try TCPListener(bind: .loopback(family))
        var far = TCPOptions()
        far.hopLimit = 254
        try listener.setMinimumHopLimit(255)
        let early = try TCPStream.connect(to: try listener.localAddress(), options: far)
        try await Task.sleep(for: .milliseconds(50))
        #expect(try !early.finishConnecting())
        try listener.setMinimumHopLimit(nil)
        let late = try TCPStream.connect(to: try listener.localAddress(), options: far)
        try await late.connected()
        let server = try #require(try listener.accept().first)
        #expect(server.takeFirstHopLimit() == 254)
        #expect(server.takeFirstHopLimit() == nil)
        #expect(late.takeFirstHopLimit() == nil)
    }

    @Test("options hold for accepted connections too")
    func inherited() async throws {
        var options = TCPOptions()
        options.hopLimit = 255
        options.userTimeout = .milliseconds(2500)
        let (_, server) = try await connectedPair(.ipv4, options: options)
        #expect(try server.descriptor.get(.noDelay) == 1)
        #expect(try server.descriptor.get(.hopLimit(.ipv4)) == 255)
        #expect(try server.descriptor.get(.userTimeout) == 2500)
    }

    @Test("an accepted connection takes other options than its listener gave it", arguments: AddressFamily.allCases)
    func adopted(family: AddressFamily) async throws {
        let (_, server) = try await connectedPair(family)
        var options = TCPOptions()
        options.hopLimit = 3
        options.dscp = .networkControl
        options.userTimeout = .seconds(600)
        try server.adopt(options)
        #expect(try server.descriptor.get(.hopLimit(family)) == 3)
        #expect(try server.descriptor.get(.trafficClass(family)) == DSCP.networkControl.trafficClass)
        #expect(try server.descriptor.get(.userTimeout) == 600_000)
    }

    @Test("an accept takes no more connections than it is asked to")
    func boundedAccept() async throws {
        let listener = try TCPListener(bind: .loopback)
        var clients: [TCPStream] = []
        for _ in 0..<5 {
            let client = try TCPStream.connect(to: try listener.localAddress())
            try await client.connected()
            clients.append(client)
        }
        #expect(try listener.accept(upTo: 3).count == 3)
        #expect(try listener.accept(upTo: 3).count == 2)
        #expect(try listener.accept().isEmpty)
    }
}

@Suite("TCP keys", .timeLimit(.minutes(1)))
struct TCPKeyTests {
    private let key = TCPMD5Key("secret".utf8)

    @Test("equal keys connect, for an address and for a block", arguments: AddressFamily.allCases, [true, false])
    func right(family: AddressFamily, isBlock: Bool) async throws {
        let listener = try TCPListener(bind: .loopback(family))
        let address = SocketAddress.loopback(family).address
        let block = isBlock ? CIDR(containing: address, prefixLength: 8) : CIDR(address)
        try listener.setKey(key, for: try #require(block))
        let client = try TCPStream.connect(to: try listener.localAddress(), key: key)
        try await client.connected()
        let server = try #require(try listener.accept().first)
        #expect(try client.write([1]))
        #expect(try await server.nextInput() == .octets([1]))
    }

    @Test("another key, or none, meets silence", arguments: ["wrong", nil])
    func wrong(text: String?) async throws {
        let listener = try TCPListener(bind: .loopback)
        try listener.setKey(key, for: CIDR(SocketAddress.loopback.address))
        let other = text.flatMap { TCPMD5Key($0.utf8) }
        let client = try TCPStream.connect(to: try listener.localAddress(), key: other)
        try await Task.sleep(for: .milliseconds(50))
        #expect(try !client.finishConnecting())
        #expect(try listener.accept().isEmpty)
    }

    @Test("a key that was taken back is not asked for any more, and taking back none is harmless")
    func removed() async throws {
        let listener = try TCPListener(bind: .loopback)
        let block = CIDR(SocketAddress.loopback.address)
        try listener.setKey(nil, for: block)
        try listener.setKey(key, for: block)
        try listener.setKey(nil, for: block)
        let client = try TCPStream.connect(to: try listener.localAddress())
        try await client.connected()
    }

    @Test("keys have 1 to 80 octets and are not shown")
    func lengths() {
        #expect(TCPMD5Key([]) == nil)
        #expect(TCPMD5Key(Array(repeating: 1, count: 80)) != nil)
        #expect(TCPMD5Key(Array(repeating: 1, count: 81)) == nil)
        #expect(key?.description == "key of 6 octets")
    }
}

/// Two ends of a connection over loopback.
private func connectedPair(
    _ family: AddressFamily, options: TCPOptions = TCPOptions()
) async throws -> (client: TCPStream, server: TCPStream) {
    let listener = try TCPListener(bind: .loopback(family), options: options)
    let client = try TCPStream.connect(to: try listener.localAddress(), options: options)
    try await client.connected()
    return (client, try #require(try listener.accept().first))
}

extension TCPStream {
    /// Waits until connected.
    fileprivate func connected() async throws {
        while try !finishConnecting() { try await Task.sleep(for: .milliseconds(1)) }
    }

    /// What is read once there is something.
    fileprivate func nextInput(upTo limit: Int = 16_384) async throws -> Input {
        while true {
            let input = try read(upTo: limit)
            guard input == .nothing else { return input }
            try await Task.sleep(for: .milliseconds(1))
        }
    }
}
