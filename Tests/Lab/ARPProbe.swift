import FoundationEssentials
public import NetworkTypes

/// A station that asks for addresses by ARP and listens for announcements, until it is finished.
public final class ARPProbe: Sendable {
    /// Which addresses it asks for, once in every interval.
    public enum Asking: String, Sendable {
        /// All of them.
        case all
        /// The first that has not answered yet.
        case next
        /// None: it only listens.
        case nothing
    }

    private let process: ChildProcess

    init(_ process: ChildProcess) throws(LabError) {
        self.process = process
        try process.waitUntilItSays("listening")
    }

    /// Ends it and tells what it heard.
    public func finish() throws(LabError) -> ARPReport {
        process.terminate()
        let output = try process.wait(timeout: .seconds(10))
        guard output.isSuccess else { throw .commandFailed(process.command, output) }
        do { return try JSONDecoder().decode(ARPReport.self, from: Data(output.standardOutput)) } catch {
            throw .unreadable("the report of an ARP probe", text: output.text + output.errors)
        }
    }
}

extension Node {
    /// Starts to ask on eth0, past the kernel and its neighbour cache; it is listening when this returns.
    public func askARP(
        for addresses: [IPAddress], _ asking: ARPProbe.Asking, every interval: Duration = .milliseconds(1)
    ) throws(LabError) -> ARPProbe {
        var arguments = ["arp", "--interface", primary.name, "--from", "\(ipv4)", "--mac", "\(mac)"]
        arguments += ["--ask", asking.rawValue, "--interval-us", "\(interval.wholeNanoseconds / 1000)"]
        return try ARPProbe(try startProbe(arguments + addresses.flatMap { ["--to", $0.description] }))
    }
}
