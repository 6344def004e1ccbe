public import NetworkTypes

/// A station that asks for addresses of both families, one after the other, and notes who says to have them.
public final class ClaimsWatch: Sendable {
    /// That an address is claimed, for the first time or by another station than before.
    public struct Change: Hashable, Sendable {
        /// On the lab's clock.
        public let time: MonotonicTime
        /// What is claimed.
        public let address: IPAddress
        /// The hardware address of who claims it.
        public let station: MACAddress
    }

    private let process: ChildProcess

    init(_ process: ChildProcess) throws(LabError) {
        self.process = process
        try process.waitUntilItSays("listening")
    }

    /// Every change so far, in order.
    public var changes: [Change] {
        process.output.split(separator: "\n").compactMap { line in
            let words = line.split(separator: " ")
            guard words.count == 3, let time = Int64(words[0]), let address = IPAddress(words[1]),
                let station = MACAddress(String(words[2]))
            else { return nil }
            return Change(time: MonotonicTime(nanoseconds: time), address: address, station: station)
        }
    }

    /// Ends it and returns every change.
    public func finish() throws(LabError) -> [Change] {
        try process.end()
        return changes
    }
}

extension Node {
    /// Starts to ask on eth0, past the kernel and its neighbour cache, one question every `pause`; it is listening when
    /// this returns.
    public func watchClaims(
        of addresses: [IPAddress], every pause: Duration = .milliseconds(2)
    ) throws(LabError) -> ClaimsWatch {
        var arguments = ["claims", "--interface", primary.name, "--from", "\(ipv4)", "--from6", "\(ipv6)"]
        arguments += ["--mac", "\(mac)", "--interval-us", "\(pause.wholeNanoseconds / 1000)"]
        return try ClaimsWatch(try startProbe(arguments + addresses.flatMap { ["--to", $0.description] }))
    }
}
