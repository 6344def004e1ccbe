import ArgumentParser

@main
struct Herald: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "herald",
        abstract: "Gives Services of type LoadBalancer a working address.",
        discussion: """
            herald allocates an address for each Service, makes the network deliver it, and writes the Service's status. \
            'herald run' does the work on a node; the other commands look at it.

            Exit status: 0 all well; 1 what was asked could not be done, or a file has errors; 64 the command line is \
            wrong. Completions for a shell: herald --generate-completion-script bash|zsh|fish.
            """,
        version: Version.text,
        subcommands: [
            Run.self, Validate.self, Import.self, Status.self, Explain.self, BGPCommand.self, Drain.self, Undrain.self,
            Rebalance.self, ShowVersion.self,
        ])
}

struct ShowVersion: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "version", abstract: "Prints the version.", discussion: "Exit status: always 0.")

    func run() {
        print(Version.text)
    }
}
