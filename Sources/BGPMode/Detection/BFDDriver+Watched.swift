import BFD
import NetworkTypes
import PacketLoop

extension BFDDriver {
    /// One session, by a number that is used once.
    final class Watched {
        let name: String
        let number: Int
        let detection: PeerSpec.Detection
        let remote: SocketAddress
        var session: BFD.Session
        let socket: UDPSocket
        /// That packets are sent from.
        let port: UInt16
        let transmit: LoopTimer
        private var transmitStart = MonotonicTime.zero
        private var transmitEnd = MonotonicTime.zero
        let detect: LoopTimer
        /// The interfaces by which the peer's packets may come; any when there are none.
        var links: Set<UInt32> = []
        var since: MonotonicTime
        var lastReceived: MonotonicTime?
        /// Between the peer's last packets, smoothed.
        var interval: Duration?
        var received: UInt64 = 0
        var sent: UInt64 = 0

        init(
            _ name: String, _ number: Int, _ detection: PeerSpec.Detection, _ session: BFD.Session, _ socket: UDPSocket,
            _ port: UInt16, transmit: LoopTimer, detect: LoopTimer, since: MonotonicTime
        ) {
            self.name = name
            self.number = number
            self.detection = detection
            self.session = session
            self.socket = socket
            self.port = port
            self.transmit = transmit
            self.detect = detect
            self.since = since
            remote = SocketAddress(detection.remote, port: detection.rule.port, scope: detection.scope)
        }

        func startTransmitTimer(_ interval: Duration, at now: MonotonicTime) {
            (transmitStart, transmitEnd) = (now, now.advanced(by: interval))
            transmit.restart(at: transmitEnd)
        }

        /// The time counts from the packet before.
        func shortenTransmitTimer(_ interval: Duration, at now: MonotonicTime) {
            let end = max(now, transmitStart.advanced(by: interval))
            guard end < transmitEnd else { return }
            transmitEnd = end
            transmit.restart(at: end)
        }

        func note(isPeriodic: Bool, at now: MonotonicTime) {
            received += 1
            guard isPeriodic else { return }
            if let lastReceived {
                let gap = lastReceived.duration(to: now)
                let former = interval ?? gap
                interval = former + (gap - former) / 16
            }
            lastReceived = now
        }
    }
}
