import FoundationEssentials
import Lab
import NetworkTypes
import Synchronization

/// `ping`: probes each address at a fixed rate until SIGTERM or for a number of rounds, then prints a `ProbeReport`.
///
/// One thread sends, by the clock; one per family receives, so that the time of an answer is right while it sleeps.
final class PingCommand: Sendable {
    private let addresses: [IPAddress]
    private let interval: Int64
    private let patience: Int64
    private let rounds: Int
    private let sockets: [AddressFamily: EchoSocket]
    private let logs: Mutex<[ProbeLog]>

    init(_ arguments: Arguments) throws(ProbeError) {
        let addresses = try arguments.addresses()
        self.addresses = addresses
        interval = Int64(try arguments.number("--interval-us", 100...60_000_000, default: 5000)) * 1000
        patience = Int64(try arguments.number("--patience-us", 100...60_000_000, default: 100_000)) * 1000
        let most = ProbeLog.limit / addresses.count
        rounds = try arguments.number("--count", 1...most, default: most)
        let kind: ProbeKind = arguments.text("--port") == nil ? .icmp : .udp(port: try arguments.port())
        var sockets: [AddressFamily: EchoSocket] = [:]
        for family in Set(addresses.map(\.family)) { sockets[family] = try EchoSocket(family, kind) }
        self.sockets = sockets
        logs = Mutex(addresses.map { ProbeLog(address: $0.description) })
    }

    func run() throws {
        Urgency.claim()
        StopSignal.watch()
        for socket in sockets.values { try WorkerThread.detach { [self] in receive(from: socket) } }
        let worstLateness = sendAll()
        waitForStragglers()
        let targets = logs.withLock { $0.map { $0.report(patience: patience) } }
        let report = ProbeReport(targets: targets, interval: interval, worstLateness: worstLateness)
        StandardStream.output.write(String(decoding: try JSONEncoder().encode(report), as: UTF8.self) + "\n")
    }

    /// Returns how late a round was at worst.
    private func sendAll() -> Int64 {
        var worst: Int64 = 0
        var next = LabClock.now
        for round in 0..<rounds {
            sleep(until: next)
            if StopSignal.wasGiven { break }
            let now = LabClock.now
            worst = max(worst, now.nanoseconds - next.nanoseconds)
            sendRound()
            if round == 0 { StandardStream.errors.write("sending\n") }
            // After a long delay of this process no burst to catch up, which the network would be blamed for.
            next = max(next.advanced(by: .nanoseconds(interval)), now)
        }
        return worst
    }

    private func sendRound() {
        for (position, address) in addresses.enumerated() {
            let number = logs.withLock { logs in
                logs[position].noteSent(at: LabClock.now.nanoseconds)
                return logs[position].next - 1
            }
            sockets[address.family]?.send(
                EchoMessage(target: UInt32(position), number: UInt64(number)), to: address)
        }
    }

    /// In steps, to notice a stop.
    private func sleep(until time: MonotonicTime) {
        while !StopSignal.wasGiven {
            let left = LabClock.now.duration(to: time)
            if left <= .zero { return }
            LabClock.sleep(for: min(left, .milliseconds(20)))
        }
    }

    private func waitForStragglers() {
        let end = LabClock.now.advanced(by: .nanoseconds(patience))
        while LabClock.now < end, !logs.withLock({ $0.allSatisfy(\.isComplete) }) {
            LabClock.sleep(for: .milliseconds(1))
        }
    }

    private func receive(from socket: EchoSocket) {
        while true {
            guard let (message, source) = socket.receive(), message.target < UInt32(addresses.count) else { continue }
            let now = LabClock.now.nanoseconds
            let position = Int(message.target)
            guard addresses[position] == source else { continue }
            logs.withLock { $0[position].noteAnswer(to: message.number, by: message.responder, at: now) }
        }
    }
}
