/// One network namespace of a lab. Every command that changes a network goes through here, so none can reach the
/// host's own.
struct Namespace: Sendable {
    /// The full name, as `ip netns list` shows it.
    let name: String
    private let ip: String

    /// Makes a new, empty one.
    init(making part: String, in lab: LabName) throws(LabError) {
        name = lab.prefix + part
        ip = try Tool.ip.path()
        try Self.succeed([ip, "netns", "add", name])
    }

    /// Does several `ip` commands, stopping at the first that fails.
    func configure(_ lines: [String]) throws(LabError) {
        try Self.succeed([ip, "-n", name, "-batch", "-"], input: lines.joined(separator: "\n") + "\n")
    }

    /// The JSON that an `ip` command prints.
    func query(_ arguments: [String]) throws(LabError) -> [UInt8] {
        try Self.succeed([ip, "-n", name, "-j"] + arguments).standardOutput
    }

    /// Does a command of the host inside the namespace and expects it to succeed.
    @discardableResult
    func perform(_ command: [String], input: String? = nil) throws(LabError) -> Output {
        try Self.succeed(launcher + command, input: input)
    }

    /// What goes before a command to run it in the namespace.
    ///
    /// `ip netns exec` rather than `nsenter`: it mounts a /sys of the namespace, so that a program that reads (or
    /// writes) /sys/class/net meets the lab's interfaces and not the host's. The price is that mounts below /sys, such
    /// as cgroups, are not seen. `setpriv` has the kernel kill the program when the lab's process dies. Both replace
    /// themselves by the program, which keeps the process id.
    var launcher: [String] {
        get throws(LabError) { [ip, "netns", "exec", name, try Tool.setpriv.path(), "--pdeathsig", "KILL", "--"] }
    }

    @discardableResult
    private static func succeed(_ command: [String], input: String? = nil) throws(LabError) -> Output {
        var launch = Launch(command: command)
        if let input { launch.input = try Descriptor.makeFile(holding: input) }
        let process = try ChildProcess(launch, showing: command)
        let output: Output
        do { output = try process.wait(timeout: .seconds(30)) } catch {
            process.kill9()
            throw error
        }
        guard output.isSuccess else { throw .commandFailed(command, output) }
        return output
    }
}
