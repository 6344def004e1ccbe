public import NetworkTypes

/// Finds the session that a packet belongs to (RFC 5880 section 6.3, RFC 5881 section 3, RFC 5883 section 4).
public struct Demultiplexer<SessionID: Hashable & Sendable>: Sendable {
    /// What tells the first packets of two peers apart.
    public struct Path: Hashable, Sendable {
        /// The peer's address.
        public var peer: IPAddress
        /// This side's address.
        public var local: IPAddress
        /// The index of the interface, for peers on a link; nil across several hops.
        public var interface: UInt32?

        /// A path between two addresses.
        public init(peer: IPAddress, local: IPAddress, interface: UInt32? = nil) {
            self.peer = peer
            self.local = local
            self.interface = interface
        }
    }

    private var byDiscriminator: [Discriminator: SessionID] = [:]
    private var byPath: [Path: SessionID] = [:]
    private var random: SeededGenerator

    /// No sessions. `seed` should not be guessable outside of tests, nor the discriminators made from it.
    public init(seed: UInt64) {
        random = SeededGenerator(seed: seed)
    }

    /// Registers a session and returns its discriminator: random, and no other session's.
    public mutating func add(_ session: SessionID, path: Path) -> Discriminator {
        while true {
            let number = UInt32.random(in: 1 ... .max, using: &random)
            guard let discriminator = Discriminator(number), byDiscriminator[discriminator] == nil else { continue }
            byDiscriminator[discriminator] = session
            byPath[path] = session
            return discriminator
        }
    }

    /// Forgets a session.
    public mutating func remove(_ session: SessionID) {
        byDiscriminator = byDiscriminator.filter { $0.value != session }
        byPath = byPath.filter { $0.value != session }
    }

    /// The session a packet is for: by its discriminator if the sender knows it, else by the path it came on.
    public func session(for packet: ControlPacket, path: Path) -> SessionID? {
        if let discriminator = packet.yourDiscriminator { return byDiscriminator[discriminator] }
        return byPath[path]
    }
}
