import Membership
import Netlink
import NetworkTypes
import PacketLoop

/// The UDP sockets of heartbeats, one for each family, and where the other nodes are reached.
///
/// When the port changes, the one before stays open, and each node is sent to on both until it has been heard on the new
/// one: so nodes can be given another port one after the other.
///
/// To be used on the loop's thread alone.
final class HeartbeatSockets {
    /// Where heartbeats are sent from and received.
    struct Place: Equatable {
        var port: UInt16
        /// The only interface that they take; nil for any.
        var interface: String?
        /// Which one it is: a socket stays with the one that it was bound to when another gets its name.
        var link: LinkIndex?
    }

    typealias Handler = @Sendable (_ datagrams: [Datagram], _ port: UInt16) -> Void

    /// The sockets of one port.
    private struct Opening {
        let place: Place
        var sockets: [AddressFamily: UDPSocket] = [:]
        var watches: [Watch] = []

        func close() {
            for watch in watches { watch.cancel() }
            for socket in sockets.values { socket.close() }
        }
    }

    private let loop: PacketLoop
    private let handler: Handler
    private var current: Opening
    private var former: Opening?
    /// Nodes that were heard on the current port while there is a former one.
    private var moved: Set<NodeName> = []
    /// Of each node of the roster, in the order of preference.
    private var addresses: [NodeName: [IPAddress]] = [:]
    /// Where each node was heard from last: how one is reached that the roster gives no address of, or has no more.
    private var learned: [NodeName: SocketAddress] = [:]
    /// Datagrams that were sent, and such that the system did not take.
    private(set) var sent: UInt64 = 0
    private(set) var unsent: UInt64 = 0

    /// Opens what this host has: without IPv6 the socket of IPv4 alone. Throws when neither can be had.
    ///
    /// `handler` is called on the loop's thread with all that has arrived on a port.
    init(at place: Place, on loop: PacketLoop, handler: @escaping Handler) throws(SystemError) {
        self.loop = loop
        self.handler = handler
        current = try Self.open(place, on: loop, handler)
    }

    private static func open(
        _ place: Place, on loop: PacketLoop, _ handler: @escaping Handler
    ) throws(SystemError) -> Opening {
        var options = UDPSocket.Options()
        options.device = place.interface
        options.dscp = .networkControl
        options.receiveBuffer = 1 << 20
        options.maximumLength = 1_500
        var opening = Opening(place: place)
        var failure: SystemError?
        for family in [AddressFamily.ipv4, .ipv6] {
            do {
                let socket = try UDPSocket(bind: .any(family, port: place.port), options: options)
                let reader = Reader(socket)
                let port = place.port
                opening.watches.append(
                    try loop.watch(socket.descriptor, for: .read) { _ in handler(reader.receive(), port) })
                opening.sockets[family] = socket
            } catch {
                failure = error
                // A host may be without one of the families; a port that another program has is told.
                guard error.isUnsupported || error.isAddressUnavailable else { break }
            }
        }
        if let failure, opening.sockets.isEmpty || !(failure.isUnsupported || failure.isAddressUnavailable) {
            opening.close()
            throw failure
        }
        return opening
    }

    /// Moves to another port or interface; when that cannot be had, everything stays as it was, as far as that can still
    /// be had.
    func move(to place: Place) throws(SystemError) {
        guard place != current.place || current.sockets.isEmpty else { return }
        if place.port == former?.place.port { closeFormer() }
        guard place.port == current.place.port else {
            let new = try Self.open(place, on: loop, handler)
            closeFormer()
            former = current
            current = new
            moved = []
            return
        }
        // One port cannot be had twice.
        let before = current.place
        current.close()
        current.sockets = [:]
        current.watches = []
        do throws(SystemError) {
            current = try Self.open(place, on: loop, handler)
        } catch {
            current = try Self.open(before, on: loop, handler)
            throw error
        }
    }

    /// Replaces how the nodes of the roster are reached. One that is gone from it is sent to until it is forgotten: it
    /// may run, and would hold this node for dead.
    func setAddresses(_ addresses: [NodeName: [IPAddress]]) {
        self.addresses = addresses
        closeFormerIfDone()
    }

    func learn(_ name: NodeName, at place: SocketAddress) {
        learned[name] = place
    }

    func forget(_ name: NodeName) {
        learned[name] = nil
    }

    /// A node was heard on one of the ports.
    func noteHeard(_ name: NodeName, from source: SocketAddress, on port: UInt16) {
        learned[name] = source
        guard former != nil, port == current.place.port, moved.insert(name).inserted else { return }
        closeFormerIfDone()
    }

    private func closeFormerIfDone() {
        if moved.isSuperset(of: addresses.keys) { closeFormer() }
    }

    private func closeFormer() {
        former?.close()
        former = nil
    }

    /// What cannot be sent now is dropped: the next heartbeat follows.
    func send(_ datagram: [UInt8], to recipients: MemberEffect.Recipients) {
        switch recipients {
        case .one(let name): send(datagram, to: name)
        case .everyone:
            for name in addresses.keys { send(datagram, to: name) }
            for name in learned.keys where addresses[name] == nil { send(datagram, to: name) }
        }
    }

    private func send(_ datagram: [UInt8], to name: NodeName) {
        let known = addresses[name] ?? []
        if known.isEmpty, let place = learned[name] {
            _ = send(datagram, to: [place], by: current)
            return
        }
        send(datagram, to: known, by: current)
        if let former, !moved.contains(name) { send(datagram, to: known, by: former) }
    }

    private func send(_ datagram: [UInt8], to addresses: [IPAddress], by opening: Opening) {
        _ = send(datagram, to: addresses.map { SocketAddress($0, port: opening.place.port) }, by: opening)
    }

    /// Takes the first place to which the system sends.
    private func send(_ datagram: [UInt8], to places: [SocketAddress], by opening: Opening) -> Bool {
        for place in places {
            guard let socket = opening.sockets[place.address.family] else { continue }
            if (try? socket.send(datagram, to: place)) == true {
                sent &+= 1
                return true
            }
        }
        unsent &+= 1
        return false
    }

    func close() {
        closeFormer()
        current.close()
        current.sockets = [:]
        current.watches = []
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
