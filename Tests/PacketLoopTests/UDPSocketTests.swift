import NetworkTypes
import Testing

@testable import PacketLoop

@Suite("UDP sockets", .timeLimit(.minutes(1)))
struct UDPSocketTests {
    @Test("a datagram arrives with its source, interface and hop limit", arguments: AddressFamily.allCases)
    func metadata(family: AddressFamily) async throws {
        var options = UDPSocket.Options()
        options.hopLimit = 255
        options.dscp = .networkControl
        options.receiveBuffer = 65_536
        let receiver = try UDPSocket(bind: .any(family))
        let sender = try UDPSocket(bind: .loopback(family), options: options)
        let port = try receiver.localAddress().port
        let loopback = SocketAddress.loopback(family).address
        #expect(try sender.send([1, 2, 3], to: SocketAddress(loopback, port: port)))
        let datagram = try #require(try receiver.receive().first)
        #expect(datagram.payload == [1, 2, 3])
        #expect(try datagram.source == sender.localAddress())
        #expect(datagram.interfaceIndex == 1)
        #expect(datagram.hopLimit == 255)
        #expect(try receiver.receive().isEmpty)
    }

    @Test("a call takes no more than a batch, and the rest stays")
    func batch() throws {
        var options = UDPSocket.Options()
        options.batch = 4
        let receiver = try UDPSocket(bind: .loopback, options: options)
        let sender = try UDPSocket(bind: .loopback)
        for number in 0..<6 { try sender.send([UInt8(number)], to: try receiver.localAddress()) }
        #expect(try receiver.receive().map(\.payload) == [[0], [1], [2], [3]])
        #expect(try receiver.receive().map(\.payload) == [[4], [5]])
    }

    @Test("a datagram longer than the limit is dropped and counted, an empty one arrives")
    func tooLong() throws {
        var options = UDPSocket.Options()
        options.maximumLength = 100
        let receiver = try UDPSocket(bind: .loopback, options: options)
        let sender = try UDPSocket(bind: .loopback)
        for length in [101, 100, 0] {
            try sender.send(Array(repeating: 7, count: length), to: try receiver.localAddress())
        }
        #expect(try receiver.receive().map(\.payload.count) == [100, 0])
        #expect(receiver.droppedTooLong == 1)
    }

    @Test("a filter passes what is of the right host, near and long enough", arguments: AddressFamily.allCases)
    func filter(family: AddressFamily) throws {
        let receiver = try UDPSocket(bind: .loopback(family))
        let target = try receiver.localAddress()
        func accepts(_ sources: [String], hopLimit: UInt8 = 255, length: Int = 24) throws -> Bool {
            var options = UDPSocket.Options()
            options.hopLimit = hopLimit
            let sender = try UDPSocket(bind: .loopback(family), options: options)
            let sources = try sources.map { try #require(IPAddress($0)) }
            try receiver.setFilter(
                DatagramFilter(family: family, sources: sources, minimumHopLimit: 255, minimumLength: 24))
            try sender.send(Array(repeating: 7, count: length), to: target)
            return try receiver.receive().map(\.payload.count) == [length]
        }
        let own = SocketAddress.loopback(family).address.description
        let (other, similar) = family == .ipv4 ? ("10.0.0.1", "127.0.0.2") : ("2001:db8::1", "::2")
        #expect(try accepts([own]))
        #expect(try accepts([other, similar, own]))
        #expect(try accepts([own, other, similar], length: 200))
        #expect(try !accepts([other, similar]))
        #expect(try !accepts([]))
        #expect(try !accepts([own], hopLimit: 254))
        #expect(try !accepts([own], length: 23))
        let many = (0..<DatagramFilter.mostSources(family)).map {
            family == .ipv4 ? "10.0.\($0 / 250).\($0 % 250)" : "2001:db8::\($0)"
        }
        #expect(try !accepts(many))
        for _ in 0..<3 { #expect(try accepts(many.dropLast() + [own])) }
        #expect(try accepts(many + [other]), "there is no room to look at so many sources")
    }

    @Test("an IPv6 socket leaves the port free for an IPv4 one")
    func families() throws {
        let first = try UDPSocket(bind: .any(.ipv6))
        let port = try first.localAddress().port
        let second = try UDPSocket(bind: .any(.ipv4, port: port))
        #expect(try second.localAddress().port == port)
    }

    @Test("errors name the call, the address and the reason")
    func errors() throws {
        let taken = try UDPSocket(bind: .loopback)
        let address = try taken.localAddress()
        let inUse = #expect(throws: SystemError.self) { _ = try UDPSocket(bind: address) }
        #expect(inUse?.isAddressInUse == true)
        #expect(inUse?.description == "bind 127.0.0.1:\(address.port): Address already in use")
        let foreign = SocketAddress(IPAddress(ipv4: 0xC000_0201))
        let unavailable = #expect(throws: SystemError.self) { _ = try UDPSocket(bind: foreign) }
        #expect(unavailable?.isAddressUnavailable == true)
        taken.close()
        #expect(throws: SystemError.self) { try taken.receive() }
    }

    @Test("a loop hears a socket", arguments: AddressFamily.allCases)
    func watched(family: AddressFamily) async throws {
        try await withLoop { loop in
            let echo = Echo(on: loop)
            let address = try await echo.start(family)
            let client = try UDPSocket(bind: .loopback(family))
            try client.send([42], to: address)
            #expect(await echo.received.next() == [42])
            await echo.stop()
        }
    }
}

/// An actor that reads a socket on its loop.
private actor Echo {
    nonisolated let loop: PacketLoop
    nonisolated let received = Mailbox<[UInt8]>()
    private var socket: UDPSocket?
    private var watch: Watch?

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(on loop: PacketLoop) {
        self.loop = loop
    }

    func start(_ family: AddressFamily) throws -> SocketAddress {
        let socket = try UDPSocket(bind: .loopback(family))
        self.socket = socket
        watch = try loop.watch(socket.descriptor, for: .read) { [weak self] _ in
            self?.assumeIsolated { $0.read() }
        }
        return try socket.localAddress()
    }

    func stop() {
        watch?.cancel()
        socket = nil
    }

    private func read() {
        for datagram in (try? socket?.receive()) ?? [] { received.put(datagram.payload) }
    }
}
