import Membership
import NetworkTypes
import PacketLoop

/// The UDP sockets of heartbeats, one for each family, and where the other nodes are reached.
///
/// To be used on the loop's thread alone.
final class HeartbeatSockets {
    private var sockets: [AddressFamily: UDPSocket] = [:]
    private var watches: [Watch] = []
    private let port: UInt16
    /// Of each node in the order of preference; of a node that was learned, where it was heard from.
    private var places: [NodeName: [SocketAddress]] = [:]
    private var learned: [NodeName: SocketAddress] = [:]

    /// Opens what this host has: without IPv6 the socket of IPv4 alone. Throws when neither can be had.
    ///
    /// `handler` is called on the loop's thread with all that has arrived.
    init(
        port: UInt16, interface: String?, on loop: PacketLoop,
        handler: @escaping @Sendable ([Datagram]) -> Void
    ) throws(SystemError) {
        self.port = port
        var options = UDPSocket.Options()
        options.device = interface
        options.dscp = .networkControl
        options.receiveBuffer = 1 << 20
        options.maximumLength = 1_500
        var failure: SystemError?
        for family in [AddressFamily.ipv4, .ipv6] {
            do {
                let socket = try UDPSocket(bind: .any(family, port: port), options: options)
                let reader = Reader(socket)
                watches.append(
                    try loop.watch(socket.descriptor, for: .read) { _ in handler(reader.receive()) })
                sockets[family] = socket
            } catch {
                failure = error
            }
        }
        if let failure, sockets.isEmpty { throw failure }
    }

    /// Replaces how the nodes of the roster are reached.
    func setPlaces(_ addresses: [NodeName: [IPAddress]]) {
        places = addresses.mapValues { addresses in addresses.map { SocketAddress($0, port: port) } }
        learned = learned.filter { places[$0.key]?.isEmpty ?? true }
    }

    func learn(_ name: NodeName, at place: SocketAddress) {
        learned[name] = place
    }

    func forget(_ name: NodeName) {
        learned[name] = nil
    }

    /// What cannot be sent now is dropped: the next heartbeat follows.
    func send(_ datagram: [UInt8], to recipients: MemberEffect.Recipients) {
        switch recipients {
        case .one(let name): send(datagram, to: name)
        case .everyone:
            for name in places.keys { send(datagram, to: name) }
            for name in learned.keys where places[name] == nil { send(datagram, to: name) }
        }
    }

    private func send(_ datagram: [UInt8], to name: NodeName) {
        let known = places[name] ?? []
        let choice = known.isEmpty ? [learned[name]].compactMap(\.self) : known
        for place in choice {
            guard let socket = sockets[place.address.family] else { continue }
            if (try? socket.send(datagram, to: place)) != nil { return }
        }
    }

    func close() {
        for watch in watches { watch.cancel() }
        for socket in sockets.values { socket.close() }
        sockets = [:]
    }

    /// A socket as its watch's handler sees it.
    ///
    /// Unchecked: the handler runs on the loop's thread alone, as does all else that uses the socket.
    private final class Reader: @unchecked Sendable {
        private let socket: UDPSocket
        /// Batches in one turn.
        private static let rounds = 16

        init(_ socket: UDPSocket) {
            self.socket = socket
        }

        /// All that is queued, so that no one is found silent whose heartbeat waits here. Errors, as of an ICMP message
        /// that came back, end nothing.
        func receive() -> [Datagram] {
            var all: [Datagram] = []
            for _ in 0..<Self.rounds {
                guard let datagrams = try? socket.receive(), !datagrams.isEmpty else { break }
                all += datagrams
            }
            return all
        }
    }
}
