import AddressResolution
import Netlink
import NetworkTypes
import PacketLoop

/// Finds the router on each interface of an unnumbered peer by its advertisements, and makes this node known by its own;
/// to be used on the loop's thread.
final class NeighbourFinder {
    enum Signal: Sendable {
        case readable(String)
        case advertise
    }

    /// What is known of an interface.
    struct Interface: Hashable, Sendable {
        let name: String
        let link: LinkIndex
        let mac: MACAddress
        let address: IPAddress
    }

    /// What the announcer is to know.
    enum News: Equatable {
        case found(interface: String, IPAddress)
        /// A second router on an interface that can have one peer.
        case ignored(interface: String, IPAddress)
        case failed(interface: String, String)
    }

    private struct Place {
        let interface: Interface
        let socket: PacketSocket
        let watch: Watch
        var choice: NeighbourChoice
    }

    var news: [News] = []
    private(set) var neighbours: [String: IPAddress] = [:]

    private let loop: PacketLoop
    private let closer: PacketLoop
    private let signal: @Sendable (Signal) -> Void
    private var places: [String: Place] = [:]
    private var timer: LoopTimer?

    /// Between two advertisements.
    private static let interval = Duration.seconds(5)

    /// `closer` is where sockets are closed.
    init(loop: PacketLoop, closer: PacketLoop, signal: @escaping @Sendable (Signal) -> Void) {
        self.loop = loop
        self.closer = closer
        self.signal = signal
    }

    /// Looks on exactly these interfaces.
    func look(on interfaces: [Interface]) {
        for (name, place) in places where !interfaces.contains(place.interface) {
            place.watch.cancel()
            place.socket.close()
            places[name] = nil
            if !interfaces.contains(where: { $0.name == name }) { neighbours[name] = nil }
        }
        let new = interfaces.filter { places[$0.name] == nil }
        for interface in new { open(interface) }
        if !new.isEmpty { advertise() }
        if places.isEmpty { timer?.cancel() }
    }

    private func open(_ interface: Interface) {
        do throws(SystemError) {
            let socket = try PacketSocket(
                interface: UInt32(bitPattern: interface.link.number), etherType: .ipv6,
                filter: .routerAdvertisements, closedOn: closer)
            let name = interface.name
            let watch = try loop.watch(socket.descriptor, for: .read) { [signal] _ in signal(.readable(name)) }
            places[name] = Place(
                interface: interface, socket: socket, watch: watch,
                choice: NeighbourChoice(neighbours[name], at: loop.now))
        } catch {
            news.append(.failed(interface: interface.name, "\(error)"))
        }
    }

    func take(_ signal: Signal) {
        switch signal {
        case .advertise: advertise()
        case .readable(let name):
            for frame in (try? places[name]?.socket.receive()) ?? [] {
                guard let advertisement = RouterAdvertisement(frame: frame) else { continue }
                heard(advertisement.source, on: name)
            }
        }
    }

    private func advertise() {
        for place in places.values {
            guard let advertisement = RouterAdvertisement(from: place.interface.address) else { continue }
            _ = try? place.socket.send(advertisement.frame(from: place.interface.mac))
        }
        let timer = timer ?? loop.makeTimer { [signal] in signal(.advertise) }
        self.timer = timer
        timer.restart(after: Self.interval)
    }

    private func heard(_ router: IPAddress, on name: String) {
        guard let place = places[name], router != place.interface.address else { return }
        switch places[name]?.choice.hear(router, at: loop.now) {
        case .nothing, nil: break
        case .ignored: news.append(.ignored(interface: name, router))
        case .found:
            neighbours[name] = router
            news.append(.found(interface: name, router))
            // The router may have begun after our last one.
            advertise()
        }
    }
}
