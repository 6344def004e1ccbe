import NetworkTypes

/// How long to ask whether a new address is free before taking it.
public enum ProbeMode: String, Hashable, Sendable, CaseIterable {
    /// Two probes 20 ms apart and 20 ms to answer the second: finds every host that is awake on the segment.
    case fast
    /// The times of RFC 5227 section 1.1: 4 to 7 s. For IPv6 those of RFC 4862 section 5.4: 1 to 2 s.
    case rfc5227
    /// Every address is taken for free at once.
    case off

    /// Nil for `off`.
    func timing(for family: AddressFamily) -> ProbeTiming? {
        switch (self, family) {
        case (.fast, _):
            ProbeTiming(
                firstWait: .zero ... .zero, count: 2, spacing: .milliseconds(20) ... .milliseconds(20),
                lastWait: .milliseconds(20))
        case (.rfc5227, .ipv4):
            ProbeTiming(
                firstWait: .zero ... .seconds(1), count: 3, spacing: .seconds(1) ... .seconds(2),
                lastWait: .seconds(2))
        case (.rfc5227, .ipv6):
            ProbeTiming(
                firstWait: .zero ... .seconds(1), count: 1, spacing: .seconds(1) ... .seconds(1),
                lastWait: .seconds(1))
        case (.off, _): nil
        }
    }
}

/// The times of the probes of one address.
struct ProbeTiming: Hashable, Sendable {
    /// Before the first probe, chosen at random.
    let firstWait: ClosedRange<Duration>
    let count: Int
    /// Between two probes, chosen at random.
    let spacing: ClosedRange<Duration>
    /// From the last probe to the decision.
    let lastWait: Duration
}
