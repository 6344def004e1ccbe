import ClusterLab
import Foundation
import Glibc
import NetworkTypes

// herald under churn and faults; see `Options.usage`. Ends with status 1 when something was not as it should be.

guard let options = Options(CommandLine.arguments.dropFirst()) else {
    print(Options.usage)
    exit(64)
}
// Mounts are made for the nodes' state directories: they are to be seen by this process and its children alone.
let isApart = "HERALD_SOAK_APART"
if unsafe getenv(isApart) == nil {
    unsafe setenv(isApart, "1", 1)
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    let command =
        ["unshare", "--mount", "--propagation", "private", own] + CommandLine.arguments.dropFirst()
        + ["--seed", "\(options.seed)"]
    let words: [UnsafeMutablePointer<CChar>?] = unsafe command.map { unsafe strdup($0) } + [nil]
    unsafe execvp("unshare", words)
    print("unshare cannot be run: \(errno)")
    exit(1)
}
let isSound = Flag()
do {
    try await withCluster(subnet: CIDR("10.0.0.0/16")) { cluster in
        isSound.value = try await Soak(options, cluster).run()
    }
} catch {
    print("the soak itself failed, with seed \(options.seed): \(error)")
}
exit(isSound.value ? 0 : 1)
