import Netlink
import NetworkTypes
import PacketLoop

/// The sockets of one interface: ARP and neighbor discovery, in and out.
final class Wire {
    private let arp: PacketSocket
    private let discovery: PacketSocket
    private var watches: [Watch] = []

    /// Calls `handler` on the loop's thread with what arrives; `closer` is where the sockets are closed.
    init(
        _ link: LinkIndex, on loop: PacketLoop, closedOn closer: PacketLoop,
        handler: @escaping @Sendable ([[UInt8]]) -> Void
    ) throws(SystemError) {
        let index = UInt32(bitPattern: link.number)
        arp = try PacketSocket(interface: index, etherType: .arp, filter: .arp, closedOn: closer)
        discovery = try PacketSocket(
            interface: index, etherType: .ipv6, filter: .neighbourDiscovery, closedOn: closer)
        do throws(SystemError) {
            for socket in [arp, discovery] { try watch(socket, on: loop, handler) }
        } catch {
            // A loop keeps what it watches.
            close()
            throw error
        }
    }

    private func watch(
        _ socket: PacketSocket, on loop: PacketLoop, _ handler: @escaping @Sendable ([[UInt8]]) -> Void
    ) throws(SystemError) {
        let reader = Reader(socket)
        watches.append(
            try loop.watch(socket.descriptor, for: .read) { _ in
                let frames = reader.receive()
                if !frames.isEmpty { handler(frames) }
            })
    }

    /// Whether frames can come and go; not any more once the interface was removed, though one with its index is there.
    var isAlive: Bool { arp.isBound && discovery.isBound }

    /// Sends a whole frame; one that the interface cannot take now is dropped, and the schedule sends another.
    func send(_ frame: [UInt8]) {
        _ = try? (Speaker.isARP(frame) ? arp : discovery).send(frame)
    }

    func close() {
        for watch in watches { watch.cancel() }
        arp.close()
        discovery.close()
    }

    /// A socket as its watch's handler sees it.
    ///
    /// Unchecked: the handler runs on the loop's thread alone, as does all else that uses the socket.
    private final class Reader: @unchecked Sendable {
        private let socket: PacketSocket

        init(_ socket: PacketSocket) {
            self.socket = socket
        }

        /// An interface that is down says so here; the frames come again when it is up.
        func receive() -> [[UInt8]] {
            (try? socket.receive()) ?? []
        }
    }
}
