import NetworkTypes
import PacketLoop

/// Takes in connections of configured peers, of both families; to be used on the loop's thread.
final class PeerListener {
    enum Signal: Sendable {
        case readable(AddressFamily)
        case openAgain
    }

    private struct Socket {
        let listener: TCPListener
        let watch: Watch
    }

    /// Why a family cannot be listened on.
    private(set) var problems: [AddressFamily: String] = [:]

    private let loop: PacketLoop
    private let signal: @Sendable (Signal) -> Void
    private var port: UInt16?
    private var sockets: [AddressFamily: Socket] = [:]
    private var keys: [IPAddress: TCPMD5Key] = [:]
    private var nearby: Set<AddressFamily> = []
    private var retry: LoopTimer?

    private static let retryPause = Duration.seconds(10)
    /// After running out of file descriptors.
    private static let breather = Duration.seconds(1)

    init(loop: PacketLoop, signal: @escaping @Sendable (Signal) -> Void) {
        self.loop = loop
        self.signal = signal
    }

    /// Listens on a port, or on none, with the keys of those peers that have one.
    ///
    /// `nearby` are families all of whose peers send with a hop limit of 255 (RFC 5082): there, what has passed a
    /// router is dropped before there is a connection. Of other families the first segment of a connection is looked at
    /// when it is accepted, and later ones are dropped; what comes between the two cannot be told apart.
    func configure(port: UInt16?, keys: [IPAddress: TCPMD5Key], nearby: Set<AddressFamily>) {
        if port != self.port { close() }
        self.port = port
        guard port != nil else { return }
        let isNews = nearby != self.nearby
        self.nearby = nearby
        if isNews { for family in sockets.keys { limitHops(family) } }
        open()
        setKeys(keys)
    }

    private func limitHops(_ family: AddressFamily) {
        do throws(SystemError) {
            try sockets[family]?.listener.setMinimumHopLimit(nearby.contains(family) ? 255 : nil)
        } catch {
            problems[family] = "the least hop limit cannot be set: \(error)"
        }
    }

    func close() {
        for socket in sockets.values {
            socket.watch.cancel()
            socket.listener.close()
        }
        sockets = [:]
        keys = [:]
        problems = [:]
        retry?.cancel()
    }

    func openAgain() {
        let wanted = keys
        open()
        keys = [:]
        setKeys(wanted)
        for family in sockets.keys { sockets[family]?.watch.update(.read) }
    }

    private func open() {
        guard let port else { return }
        for family in [AddressFamily.ipv4, .ipv6] where sockets[family] == nil {
            do throws(SystemError) {
                var options = TCPOptions()
                // What answers a peer's first segment must pass its own check of the hop limit (RFC 5082).
                options.hopLimit = 255
                options.dscp = .networkControl
                let listener = try TCPListener(bind: .any(family, port: port), options: options)
                let watch = try loop.watch(listener.descriptor, for: .read) { [signal] _ in signal(.readable(family)) }
                sockets[family] = Socket(listener: listener, watch: watch)
                problems[family] = nil
                limitHops(family)
            } catch {
                guard !error.isUnsupported else { continue }
                problems[family] =
                    error.isAddressInUse
                    ? "port \(port) belongs to another program on this node, such as another BGP speaker; end it, or "
                        + "set bgp.listen: false" : "peers cannot be listened for: \(error)"
                tryAgain(after: Self.retryPause)
            }
        }
    }

    private func setKeys(_ new: [IPAddress: TCPMD5Key]) {
        for (address, key) in new where keys[address] != key { set(key, address) }
        for address in keys.keys where new[address] == nil { set(nil, address) }
        keys = new
    }

    private func set(_ key: TCPMD5Key?, _ address: IPAddress) {
        do throws(SystemError) {
            try sockets[address.family]?.listener.setKey(key, for: CIDR(address))
        } catch {
            problems[address.family] = "the key of \(address) cannot be set: \(error)"
        }
    }

    /// Connections that wait.
    func accept(_ family: AddressFamily) -> [TCPStream] {
        guard let socket = sockets[family] else { return [] }
        do throws(SystemError) {
            return try socket.listener.accept()
        } catch {
            socket.watch.update([])
            tryAgain(after: Self.breather)
            return []
        }
    }

    private func tryAgain(after pause: Duration) {
        let timer = retry ?? loop.makeTimer { [signal] in signal(.openAgain) }
        retry = timer
        timer.restart(after: pause)
    }
}
