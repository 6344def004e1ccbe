import ArgumentParser
import Configuration
import FileSystem
import Glibc
import Importing
import YAML

struct Import: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes a configuration from what MetalLB or kube-vip was configured with.",
        discussion: """
            Reads objects as 'kubectl get -o yaml' prints them and prints a configuration of herald, with a comment for \
            each thing that has no equivalent. Nothing is changed, no cluster is asked, and no password is printed.

              kubectl get -n metallb-system ipaddresspools,l2advertisements,bgpadvertisements,bgppeers,bfdprofiles,\
            communities.metallb.io -o yaml | herald import
              kubectl get -n kube-system configmap/kubevip daemonset/kube-vip-ds -o yaml | herald import

            Exit status: 0 the configuration can be used; 1 it cannot be yet, or a file cannot be read; 64 the command \
            line is wrong.
            """)

    @Argument(
        help: ArgumentHelp("The files to read; none, or -, for the standard input.", valueName: "file"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var files: [String] = []

    /// Octets of one file.
    private static let limit = 32 << 20

    func run() throws {
        var documents: [Document] = []
        for file in files.isEmpty ? ["-"] : files {
            let name = file == "-" ? "standard input" : file
            let octets: [UInt8]
            do {
                octets = file == "-" ? try Self.readInput() : try BoundedFile.read(file, limit: Self.limit)
            } catch {
                throw Failure("\(error)")
            }
            let stream = Parser.read(octets, limits: Limits(octets: Self.limit, nodes: 2_000_000))
            if let error = stream.errors.first { throw Failure("\(name): \(error)") }
            documents += stream.documents
        }
        let imported = Importer.convert(documents)
        print(imported.text, terminator: "")
        guard imported.poolCount > 0 else {
            throw Failure("no pool was found: IPAddressPools of MetalLB, or the ConfigMap 'kubevip' of kube-vip")
        }
        do throws(ProblemList) {
            _ = try Configuration.parse(Array(imported.text.utf8), file: "what was printed")
        } catch {
            FileHandleOutput.standardError.write("\(error)\n")
            throw ExitCode(1)
        }
    }

    private static func readInput() throws -> [UInt8] {
        var octets: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = unsafe read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw Failure("the standard input cannot be read") }
            if count == 0 { return octets }
            octets += buffer.prefix(count)
            guard octets.count <= limit else { throw Failure("the standard input has more than \(limit) octets") }
        }
    }
}
