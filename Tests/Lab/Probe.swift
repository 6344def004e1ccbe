import FoundationEssentials
public import NetworkTypes

/// A client that asks addresses at short intervals, until it is finished.
public final class Probe: Sendable {
    private let process: ChildProcess

    init(_ process: ChildProcess) throws(LabError) {
        self.process = process
        try process.waitUntilItSays("sending")
    }

    /// Ends it after waiting for late answers, and tells what it saw.
    public func finish() throws(LabError) -> ProbeReport {
        process.terminate()
        let output = try process.wait(timeout: .seconds(10))
        guard output.isSuccess else { throw .commandFailed(process.command, output) }
        do { return try JSONDecoder().decode(ProbeReport.self, from: Data(output.standardOutput)) } catch {
            throw .unreadable("the report of a probe", text: output.text + output.errors)
        }
    }
}

extension Node {
    /// Starts to probe; it has begun to send when this returns.
    ///
    /// A probe unanswered for `patience` belongs to a gap, even when its answer comes later.
    public func probe(
        _ addresses: [IPAddress], _ kind: ProbeKind = .icmp, every interval: Duration = .milliseconds(5),
        patience: Duration = .milliseconds(100)
    ) throws(LabError) -> Probe {
        var arguments = ["ping", "--interval-us", "\(interval.wholeNanoseconds / 1000)"]
        arguments += ["--patience-us", "\(patience.wholeNanoseconds / 1000)"]
        if case .udp(let port) = kind { arguments += ["--port", "\(port)"] }
        return try Probe(try startProbe(arguments + addresses.flatMap { ["--to", $0.description] }))
    }

    /// Probes one address.
    public func probe(
        _ address: IPAddress, _ kind: ProbeKind = .icmp, every interval: Duration = .milliseconds(5),
        patience: Duration = .milliseconds(100)
    ) throws(LabError) -> Probe {
        try probe([address], kind, every: interval, patience: patience)
    }

    /// Whether the address answers one ICMP echo in time.
    public func reaches(_ address: IPAddress, within limit: Duration = .milliseconds(500)) throws(LabError) -> Bool {
        let microseconds = limit.wholeNanoseconds / 1000
        let command = [
            try Tool.probePath(), "ping", "--to", "\(address)", "--count", "1", "--patience-us", "\(microseconds)",
        ]
        let output = try run(command, timeout: limit + .seconds(5))
        guard output.isSuccess,
            let report = try? JSONDecoder().decode(ProbeReport.self, from: Data(output.standardOutput))
        else { throw .commandFailed(command, output) }
        return report.targets.allSatisfy { $0.lost == 0 }
    }
}
