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
    private(set) var failedAttempts = 0

    private let loop: PacketLoop
    private let closer: PacketLoop
    private let signal: @Sendable (Signal) -> Void
    private let interval: Duration
    private var wanted: [Interface] = []
    private var places: [String: Place] = [:]
    /// Why interfaces could not be opened, as it was told.
    private var failures: [String: String] = [:]
    private var timer: LoopTimer?

    /// - Parameters:
    ///   - closer: where sockets are closed.
    ///   - interval: between two advertisements, and between two attempts to open an interface.
    init(
        loop: PacketLoop, closer: PacketLoop, interval: Duration = .seconds(5),
        signal: @escaping @Sendable (Signal) -> Void
    ) {
        self.loop = loop
        self.closer = closer
        self.interval = interval
        self.signal = signal
    }

    /// Looks on exactly these interfaces; one that cannot be listened on is tried again and again.
    func look(on interfaces: [Interface]) {
        wanted = interfaces
        let names = Set(interfaces.map(\.name))
        for (name, place) in places where !interfaces.contains(place.interface) {
            close(place)
            if !names.contains(name) { neighbours[name] = nil }
        }
        failures = failures.filter { names.contains($0.key) }
        if openMissing() { advertise() }
        if interfaces.isEmpty { timer?.cancel() }
    }

    /// True when there were any. The socket of an interface that left and came back is of no use.
    @discardableResult
    private func openMissing() -> Bool {
        for place in places.values where !place.socket.isBound { close(place) }
        let missing = wanted.filter { places[$0.name] == nil }
        for interface in missing { open(interface) }
        return !missing.isEmpty
    }

    private func close(_ place: Place) {
        place.watch.cancel()
        place.socket.close()
        places[place.interface.name] = nil
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
            failures[name] = nil
        } catch {
            failedAttempts += 1
            let reason = "\(error)"
            guard failures.updateValue(reason, forKey: interface.name) != reason else { return }
            news.append(.failed(interface: interface.name, reason))
        }
    }

    func take(_ signal: Signal) {
        switch signal {
        case .advertise:
            openMissing()
            advertise()
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
        timer.restart(after: interval)
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
