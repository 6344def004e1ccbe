/// The two intervals of this side: those that packets advertise, and those in use until the peer has confirmed the
/// change (RFC 5880 section 6.8.3).
struct Intervals: Hashable, Sendable {
    private(set) var advertisedTransmit: Duration
    private(set) var advertisedReceive: Duration
    /// A larger transmit interval is used only after the poll.
    private(set) var transmitInUse: Duration
    /// A smaller receive interval counts for the detection time only after the poll.
    private(set) var receiveInUse: Duration

    /// While a session is not up, one packet a second is the most that is wanted.
    private static let slowest = Duration.seconds(1)

    init(_ configuration: SessionConfiguration, isUp: Bool) {
        let transmit = configuration.transmitInterval.clamped
        advertisedTransmit = isUp ? transmit : max(transmit, Self.slowest)
        advertisedReceive = configuration.receiveInterval.clamped
        transmitInUse = advertisedTransmit
        receiveInUse = advertisedReceive
    }

    /// Takes new values over; true when the peer must confirm them.
    mutating func change(to configuration: SessionConfiguration, isUp: Bool) -> Bool {
        let wanted = Intervals(configuration, isUp: isUp)
        guard isUp else {
            self = wanted
            return false
        }
        let isChanged =
            wanted.advertisedTransmit != advertisedTransmit || wanted.advertisedReceive != advertisedReceive
        advertisedTransmit = wanted.advertisedTransmit
        advertisedReceive = wanted.advertisedReceive
        transmitInUse = min(transmitInUse, advertisedTransmit)
        receiveInUse = max(receiveInUse, advertisedReceive)
        return isChanged
    }

    /// Not up any more: what packets advertise is slow. With `keepsPace` they go on as the peer agreed to take them,
    /// for those that say goodbye are few and must not be lost.
    mutating func slowDown(_ configuration: SessionConfiguration, keepsPace: Bool) {
        let pace = transmitInUse
        self = Intervals(configuration, isUp: false)
        if keepsPace { transmitInUse = min(transmitInUse, pace) }
    }

    /// The peer has confirmed what is advertised.
    mutating func confirm() {
        transmitInUse = advertisedTransmit
        receiveInUse = advertisedReceive
    }
}

extension Duration {
    /// What 32 bits of microseconds can say, without the zero that has a meaning of its own.
    fileprivate var clamped: Duration {
        Duration(packetMicroseconds: packetMicroseconds)
    }
}
