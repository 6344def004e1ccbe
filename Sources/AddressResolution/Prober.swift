public import NetworkTypes

/// Finds out whether addresses are free before they are first taken (RFC 5227 section 2.1, RFC 4862 section 5.4).
///
/// Hand it every received frame before calling `advance(to:)`, or an answer that has arrived comes too late for the
/// decision. Waits count from when a probe was really sent, so a process that was held up still listens long enough.
public struct Prober: Sendable {
    /// What the caller does, in order.
    public enum Effect: Equatable, Sendable {
        /// A whole Ethernet frame to send on the interface.
        case send([UInt8])
        /// Nobody spoke up.
        case free(IPAddress)
        /// A station uses the address, or probes it at the same time.
        case conflict(IPAddress, by: MACAddress)
    }

    /// Where and as whom to ask.
    public var station: Station
    /// How addresses are asked for; when it changes, what is in question must be started anew or cancelled.
    public var mode: ProbeMode
    private let seed: UInt64
    private var random: SeededGenerator
    private var pacer: Pacer
    private var deadlines = DeadlineHeap()
    /// Probes sent so far for each address in question.
    private var sent: [IPAddress: Int] = [:]
    private var restraint = ConflictRestraint()

    /// - Parameter seed: must differ between processes: by it a node knows its own looped probes from another's.
    public init(station: Station, mode: ProbeMode, seed: UInt64, pace: Pace = .standard) {
        self.station = station
        self.mode = mode
        self.seed = seed
        random = SeededGenerator(seed: seed)
        pacer = Pacer(pace)
    }

    /// When to call `advance(to:)` next; nil while no address is in question. May be in the past.
    public var nextWake: MonotonicTime? {
        guard let next = deadlines.first?.time, let ready = pacer.readyTime else { return deadlines.first?.time }
        return max(next, ready)
    }

    /// Begins to ask for `address`, anew if it was in question already, and advances the others as `advance(to:)` does.
    ///
    /// After 10 conflicts in a row, addresses are asked for one a minute in mode `rfc5227`, as its section 2.1.1 demands.
    public mutating func start(_ address: IPAddress, at now: MonotonicTime) -> [Effect] {
        guard let timing = mode.timing(for: address.family) else { return [.free(address)] }
        sent[address] = 0
        let start = mode == .rfc5227 ? restraint.nextStart(at: now) : now
        deadlines.set(address, at: start.advanced(by: random.duration(in: timing.firstWait)))
        return advance(to: now)
    }

    /// Asks no more; nothing is told about the address.
    public mutating func cancel(_ address: IPAddress) {
        sent[address] = nil
        deadlines.remove(address)
    }

    /// Takes one received frame.
    public mutating func handle(_ frame: ResolutionFrame, at now: MonotonicTime) -> [Effect] {
        let claim = frame.claim(at: now)
        guard let probes = sent[claim.address], !station.sent(frame),
            !isOwnProbe(frame, for: claim.address, of: probes)
        else { return [] }
        cancel(claim.address)
        restraint.noteConflict()
        return [.conflict(claim.address, by: claim.hardwareAddress)]
    }

    /// Sends the probes that are due and decides what has waited long enough, as far as the pace allows.
    public mutating func advance(to now: MonotonicTime) -> [Effect] {
        pacer.refill(at: now)
        var effects: [Effect] = []
        while pacer.isReady, let entry = deadlines.popFirst(dueBy: now) {
            pacer.spend()
            effects.append(contentsOf: step(entry.address, at: now))
        }
        return effects
    }

    private mutating func step(_ address: IPAddress, at now: MonotonicTime) -> [Effect] {
        guard let probes = sent[address], let timing = mode.timing(for: address.family) else { return [] }
        guard probes < timing.count else {
            sent[address] = nil
            restraint.noteSuccess()
            return [.free(address)]
        }
        sent[address] = probes + 1
        let wait = probes + 1 < timing.count ? random.duration(in: timing.spacing) : timing.lastWait
        deadlines.set(address, at: now.advanced(by: wait))
        return station.probeFrame(for: address, nonce: nonce(of: probes, for: address)).map { [.send($0)] } ?? []
    }

    // MARK: - Loops

    /// 6 octets, as RFC 7527 section 4.1 asks, made from the seed so that none need be remembered.
    private func nonce(of probe: Int, for address: IPAddress) -> [UInt8] {
        let salt = seed ^ AddressHash.mix(station.hardwareAddress.number) &+ UInt64(truncatingIfNeeded: probe)
        let hash = AddressHash.hash(address, seed: salt)
        return (0..<6).map { UInt8(truncatingIfNeeded: hash >> UInt64($0 * 8)) }
    }

    /// Whether a solicitation is one of ours that a loop brought back, whatever became of its link-layer source.
    private func isOwnProbe(_ frame: ResolutionFrame, for address: IPAddress, of probes: Int) -> Bool {
        guard case .neighbor(let packet) = frame.content, case .solicitation(let solicitation) = packet.message,
            let received = solicitation.options.nonce
        else { return false }
        return (0..<probes).contains { nonce(of: $0, for: address) == received }
    }
}

extension SeededGenerator {
    fileprivate mutating func duration(in range: ClosedRange<Duration>) -> Duration {
        .nanoseconds(
            Int64.random(in: range.lowerBound.wholeNanoseconds...range.upperBound.wholeNanoseconds, using: &self))
    }
}
