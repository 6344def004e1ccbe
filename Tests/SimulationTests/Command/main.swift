import Glibc

// Long runs: seeds one after the other, of any size, until all have been run.
var command = SimulationCommand(CommandLine.arguments.dropFirst())
exit(command.run() ? 0 : 1)
