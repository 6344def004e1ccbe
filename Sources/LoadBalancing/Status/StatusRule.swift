public import NetworkTypes

/// Decides whether a node may say in the status of a Service what it knows: one node writes where many could, and none
/// clears what another still announces.
///
/// Where an address has one owner, the owner states it. Where many nodes announce, they are ranked: the first states it,
/// and the next steps in only if the status has not come to say so within a time that grows with the rank. A node that
/// sees no address in effect cannot know whether another one does. Before it clears a status it therefore doubts it, by
/// the condition `Announced` alone; whoever announces answers by stating it again, and then the doubt is over for good,
/// until the node knows more. An unanswered doubt ends with a cleared status.
public struct StatusRule: Hashable, Sendable {
    /// What a node knows about the addresses of a Service, and what the status says of them.
    public struct Situation: Hashable, Sendable {
        /// Where the addresses are in effect, of what this node can tell.
        public enum Knowledge: Hashable, Sendable {
            /// In effect here; so many nodes come before this one to say so.
            case inEffect(rank: Int)
            /// In effect at a node that says so itself.
            case elsewhere
            /// Not in effect as far as this node knows.
            case nowhere
        }

        /// What the part of the status that herald wrote says, whichever node wrote it.
        public enum Shown: Hashable, Sendable {
            /// No address.
            case nothing
            case announced
            /// Addresses, though the condition says that they are not announced.
            case doubted
        }

        /// Where they are in effect.
        public var knowledge: Knowledge
        /// What stands in the status now.
        public var shown: Shown
        /// The status says already what this node would state.
        public var agrees: Bool
        /// This node speaks when nobody has them in effect.
        public var speaks: Bool
        /// They may come into effect, or be known to be, in a moment.
        public var isSettling: Bool
        /// No other node can have them in effect.
        public var isCertain: Bool
        /// Other nodes that may announce.
        public var others: Int
        /// Changes when what this node knows does.
        public var fingerprint: Int

        /// By default a node that has no part in the matter: it does not speak, is not certain, and knows of no other.
        public init(
            _ knowledge: Knowledge, shown: Shown, agrees: Bool = false, speaks: Bool = false, isSettling: Bool = false,
            isCertain: Bool = false, others: Int = 0, fingerprint: Int = 0
        ) {
            self.knowledge = knowledge
            self.shown = shown
            self.agrees = agrees
            self.speaks = speaks
            self.isSettling = isSettling
            self.isCertain = isCertain
            self.others = others
            self.fingerprint = fingerprint
        }
    }

    /// What a node does about a status.
    public enum Duty: Hashable, Sendable {
        /// Leaves it alone, until then at least; nil: until something changes.
        case silence(until: MonotonicTime?)
        /// Writes what is in effect.
        case state
        /// Says that it does not know them to be announced, and leaves the addresses; looks again then.
        case doubt(until: MonotonicTime?)
        /// Removes every address, and says why.
        case clear
    }

    /// Between two ranks.
    public static let step = Duration.seconds(2)
    /// From this rank on all step in together.
    static let lastRank = 10
    /// What may come in a moment is waited for this long.
    public static let settling = Duration.seconds(10)
    /// What has just been lost may be back, or elsewhere, within this.
    public static let hold = Duration.seconds(3)

    private var fingerprint: Int?
    private var since = MonotonicTime.zero
    private var differsSince: MonotonicTime?
    private var doubtedSince: MonotonicTime?
    private var isContradicted = false

    /// Of a Service about which nothing is known; `duty(in:at:)` begins anew with each new fingerprint.
    public init() {}

    /// What `write(into:)` wrote.
    init(from reader: inout PackedReader) {
        fingerprint = reader.optional { Int(truncatingIfNeeded: $0.signed()) }
        since = MonotonicTime(nanoseconds: reader.signed())
        differsSince = reader.optional { MonotonicTime(nanoseconds: $0.signed()) }
        doubtedSince = reader.optional { MonotonicTime(nanoseconds: $0.signed()) }
        isContradicted = reader.flag()
    }

    func write(into writer: inout PackedWriter) {
        writer.write(fingerprint) { $0.write(Int64($1)) }
        writer.write(since.nanoseconds)
        writer.write(differsSince) { $0.write($1.nanoseconds) }
        writer.write(doubtedSince) { $0.write($1.nanoseconds) }
        writer.write(isContradicted)
    }

    /// What to do now. To be asked again when something changes, and at the time that the answer names.
    public mutating func duty(in situation: Situation, at now: MonotonicTime) -> Duty {
        if fingerprint != situation.fingerprint {
            self = StatusRule()
            fingerprint = situation.fingerprint
            since = now
        }
        switch situation.knowledge {
        case .inEffect(rank: 0):
            // Of several addresses that the status shows, one may still come.
            let due = since.advanced(by: Self.settling)
            return situation.isSettling && now < due ? .silence(until: due) : .state
        case .inEffect(let rank): return stepIn(rank, situation, at: now)
        case .elsewhere: return .silence(until: nil)
        case .nowhere: return situation.speaks ? speak(situation, at: now) : .silence(until: nil)
        }
    }

    private mutating func stepIn(_ rank: Int, _ situation: Situation, at now: MonotonicTime) -> Duty {
        guard !situation.agrees else {
            differsSince = nil
            return .silence(until: nil)
        }
        let since = differsSince ?? now
        differsSince = since
        let due = since.advanced(by: Self.delay(ofRank: rank))
        return due <= now ? .state : .silence(until: due)
    }

    private mutating func speak(_ situation: Situation, at now: MonotonicTime) -> Duty {
        if case .nothing = situation.shown { return .clear }
        let hold: Duration = situation.isSettling ? Self.settling : situation.isCertain ? .zero : Self.hold
        let due = since.advanced(by: hold)
        guard due <= now else { return .silence(until: due) }
        guard !situation.isCertain else { return .clear }
        switch situation.shown {
        case .nothing: return .clear
        case .announced:
            if doubtedSince != nil { isContradicted = true }
            return isContradicted ? .silence(until: nil) : .doubt(until: nil)
        case .doubted:
            // Whoever doubted it: one answer counts for all.
            let asked = doubtedSince ?? now
            doubtedSince = asked
            let end = asked.advanced(by: Self.delay(ofRank: situation.others) + Self.hold)
            return end <= now ? .clear : .doubt(until: end)
        }
    }

    private static func delay(ofRank rank: Int) -> Duration { step * min(max(rank, 0), lastRank) }
}
