import Glibc

// The programs that labs run inside their networks; each is a file of its own.
do {
    let arguments = try Arguments(CommandLine.arguments.dropFirst())
    switch arguments.command {
    case "ping": try PingCommand(arguments).run()
    case "echo": try EchoCommand(arguments).run()
    case "serve": try ServeCommand(arguments).run()
    case "fetch": try FetchCommand(arguments).run()
    case "arp":
        var command = try ARPCommand(arguments)
        try command.run()
    case "claims":
        var command = try ClaimsCommand(arguments)
        try command.run()
    case "solicit": try SolicitCommand(arguments).run()
    case "lab": try LabCommand().run()
    default:
        throw ProbeError.usage(
            "'\(arguments.command)' is none of ping, echo, serve, fetch, arp, claims, solicit, lab")
    }
} catch {
    StandardStream.errors.write("lab-probe: \(error)\n")
    exit(1)
}
