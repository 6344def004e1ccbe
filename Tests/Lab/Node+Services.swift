public import NetworkTypes

/// Small servers that answer under every address of the node, present and future, of both families.
extension Node {
    /// A UDP echo service that adds the node's name to each answer.
    public func serveEcho(port: UInt16 = 7777) throws(LabError) -> ChildProcess {
        try startService(["echo", "--port", "\(port)", "--name", name])
    }

    /// A web server with one page; without `text` it is the node's name.
    public func serveHTTP(port: UInt16 = 80, text: String? = nil) throws(LabError) -> ChildProcess {
        try startService(["serve", "--port", "\(port)", "--text", text ?? name])
    }

    /// The page at an address, over a new connection; nil when there is none in time.
    public func fetch(_ address: IPAddress, port: UInt16 = 80, within limit: Duration = .seconds(1)) throws(LabError)
        -> String?
    {
        let command = [
            try Tool.probePath(), "fetch", "--to", "\(address)", "--port", "\(port)", "--patience-us",
            "\(limit.wholeNanoseconds / 1000)",
        ]
        let output = try run(command, timeout: limit + .seconds(5))
        return output.isSuccess ? output.text : nil
    }

    /// Sends one neighbour solicitation to an IPv6 address, which has to be resolvable, without saying in it where the
    /// answer should go (RFC 4861 section 4.3: a unicast solicitation may leave the source link-layer address out).
    public func solicitWithoutOption(_ address: IPAddress) throws(LabError) {
        let command = [try Tool.probePath(), "solicit", "--to", "\(address)"]
        let output = try run(command)
        guard output.isSuccess else { throw .commandFailed(command, output) }
    }

    private func startService(_ arguments: [String]) throws(LabError) -> ChildProcess {
        let process = try startProbe(arguments)
        try process.waitUntilItSays("listening")
        return process
    }
}
