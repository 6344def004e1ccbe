/// Why the lab could not do what it was asked; each sentence names what to do about it.
public enum LabError: Error, CustomStringConvertible, Sendable {
    /// Namespaces need root (or CAP_SYS_ADMIN and CAP_NET_ADMIN, which the lab does not try).
    case notRoot
    /// A program is not installed.
    case missingTool(String, package: String)
    /// A name that cannot be part of a namespace or interface name.
    case badName(String)
    /// The plan of the network does not work, for the reason given.
    case badTopology(String)
    /// A system call failed with this errno.
    case system(String, code: Int32)
    /// A command of the lab ended with a failure.
    case commandFailed([String], Output)
    /// A command did not end in time and was killed.
    case commandTimedOut([String], after: Duration, partial: Output)
    /// What was waited for did not come to pass.
    case waitedInVain(String, limit: Duration, last: String)
    /// Output of a tool that does not read as expected.
    case unreadable(String, text: String)

    /// One sentence, with the failing value.
    public var description: String {
        switch self {
        case .notRoot:
            "the lab makes network namespaces, which needs root; run the tests as root or in a privileged container"
        case .missingTool(let tool, let package): "'\(tool)' is not installed; install the package '\(package)'"
        case .badName(let name):
            "'\(name)' is no name for a part of the lab; use 1 to 10 of a-z and 0-9, beginning with a letter"
        case .badTopology(let reason): reason
        case .system(let call, let code): "\(call) failed with errno \(code)"
        case .commandFailed(let command, let output):
            "'\(command.joined(separator: " "))' ended with \(output.status): \(output.errors)\(output.text)"
        case .commandTimedOut(let command, let limit, let partial):
            "'\(command.joined(separator: " "))' was killed after \(limit); so far: \(partial.text)\(partial.errors)"
        case .waitedInVain(let what, let limit, let last): "\(what): not within \(limit); last seen: \(last)"
        case .unreadable(let what, let text): "cannot read \(what): \(text.prefix(300))"
        }
    }
}
