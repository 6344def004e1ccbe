import FoundationEssentials
import Glibc

/// A certificate authority of its own and a server certificate, made by `openssl` in a directory.
struct Certificates {
    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    let authorityFile: String
    let certificateFile: String
    let keyFile: String

    /// `names` are DNS names and addresses that clients may know the server by.
    init(in directory: String, names: [String]) throws {
        authorityFile = "\(directory)/ca.crt"
        certificateFile = "\(directory)/server.crt"
        keyFile = "\(directory)/server.key"
        let authorityKey = "\(directory)/ca.key"
        let request = "\(directory)/server.csr"
        let extensions = "\(directory)/server.ext"
        let alternatives = names.map { Self.isAddress($0) ? "IP:\($0)" : "DNS:\($0)" }.joined(separator: ",")
        try Data("subjectAltName=\(alternatives)\nextendedKeyUsage=serverAuth\n".utf8).write(
            to: URL(filePath: extensions))
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        try Self.openssl(
            [
                "req", "-x509", "-days", "2", "-subj", "/CN=herald-test-ca", "-keyout", authorityKey, "-out",
                authorityFile,
            ]
                + newKey)
        try Self.openssl(["req", "-subj", "/CN=kube-apiserver", "-keyout", keyFile, "-out", request] + newKey)
        try Self.openssl([
            "x509", "-req", "-days", "2", "-in", request, "-CA", authorityFile, "-CAkey", authorityKey,
            "-CAcreateserial",
            "-extfile", extensions, "-out", certificateFile,
        ])
    }

    private static func isAddress(_ name: String) -> Bool {
        name.contains(":") || name.allSatisfy { $0.isNumber || $0 == "." }
    }

    private static func openssl(_ arguments: [String]) throws {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in 0...2 {
            unsafe posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var words = unsafe (["openssl"] + arguments).map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        var pid: pid_t = 0
        var status: Int32 = 0
        guard unsafe posix_spawnp(&pid, "openssl", &actions, nil, &words, environ) == 0 else {
            throw Fault(description: "openssl cannot be run")
        }
        while unsafe waitpid(pid, &status, 0) == -1, errno == EINTR {}
        guard status == 0 else { throw Fault(description: "openssl \(arguments.joined(separator: " ")) failed") }
    }
}
