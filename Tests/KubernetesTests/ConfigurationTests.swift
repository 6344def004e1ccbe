import Foundation
import HTTPTransfer
import ScriptedHTTP
import Testing

@testable import Kubernetes

@Suite("Where the API server is, and who we are", .timeLimit(.minutes(1)))
struct ConfigurationTests {
    private static let text = """
        apiVersion: v1
        kind: Config
        current-context: main
        preferences: {}
        contexts:
        - name: main
          context: {cluster: one, user: admin, namespace: web}
        - name: other
          context:
            cluster: two
            user: plugin
        - {name: lost, context: {cluster: absent}}
        - {name: half, context: {cluster: one, user: half}}
        clusters:
        - name: one
          cluster:
            server: https://[fd00::1]:6443/base/
            certificate-authority-data: Y2VydA==
            tls-server-name: kubernetes
        - name: two
          cluster:
            server: https://api.example
            certificate-authority: ca.crt
            insecure-skip-tls-verify: true
        users:
        - name: admin
          user:
            client-certificate-data: Y2VydA==
            client-key: /abs/key.pem
            token: abc
        - name: plugin
          user:
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: ./get-token
              args: [--cluster, "1"]
              env: [{name: A, value: b}]
              installHint: install it
        - {name: half, user: {client-key: k}}
        """

    private func read(_ context: String? = nil, _ text: String = text) throws(CredentialsError) -> ClientConfiguration {
        try Kubeconfig(Array(text.utf8), path: "/home/me/config", environment: ["PATH": "/bin", "A": "a"])
            .configuration(context: context)
    }

    @Test("the current context of a kubeconfig")
    func currentContext() throws {
        let configuration = try read()
        #expect(configuration.endpoint.host == "fd00::1")
        #expect(configuration.endpoint.port == 6443)
        #expect(configuration.endpoint.basePath == "/base")
        #expect(configuration.endpoint.tls.serverName == "kubernetes")
        #expect(configuration.endpoint.tls.isVerified)
        #expect(configuration.authorities == .inline(Array("cert".utf8)))
        #expect(configuration.clientKey == .file("/abs/key.pem"))
        #expect(configuration.credentials == .token("abc"))
        #expect(configuration.namespace == "web")
    }

    @Test("another context, with files beside the kubeconfig and a plugin")
    func otherContext() throws {
        let configuration = try read("other")
        #expect(configuration.endpoint.port == 443)
        #expect(!configuration.endpoint.tls.isVerified)
        #expect(configuration.authorities == .file("/home/me/ca.crt"))
        let plugin = CredentialPlugin(
            apiVersion: "client.authentication.k8s.io/v1", command: "/home/me/./get-token",
            arguments: ["--cluster", "1"], environment: ["PATH": "/bin", "A": "b"], installHint: "install it")
        #expect(configuration.credentials == .plugin(plugin))
        #expect(configuration.namespace == "default")
    }

    @Test(
        "what is wrong is told with its name",
        arguments: [
            ("absent", "there is no context 'absent'"), ("lost", "there is no cluster 'absent'"),
            ("half", "needs both a client certificate and its key"),
        ])
    func problems(context: String, words: String) {
        let error = #expect(throws: CredentialsError.self) { try read(context) }
        #expect(error?.description.contains(words) == true)
        #expect(error?.description.hasPrefix("/home/me/config: ") == true)
    }

    @Test("what is no kubeconfig", arguments: ["", "[]", "a: [", "x", "current-context: 3", "contexts: 7", "- a"])
    func notAKubeconfig(text: String) {
        #expect(throws: CredentialsError.self) { try read(nil, text) }
    }

    @Test(
        "a pod's environment and files",
        arguments: [("10.0.0.1", "10.0.0.1"), ("fd00::1", "fd00::1"), ("[fd00::1]", "fd00::1")])
    func inCluster(host: String, expected: String) throws {
        let directory = FileManager.default.temporaryDirectory.path + "/herald-sa-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let environment = ["KUBERNETES_SERVICE_HOST": host, "KUBERNETES_SERVICE_PORT": "443"]
        #expect(throws: CredentialsError.self) {
            try ClientConfiguration.inCluster(environment: environment, directory: directory)
        }
        for (name, text) in [("token", "t"), ("ca.crt", "c"), ("namespace", "kube-system\n")] {
            try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
        }
        let configuration = try ClientConfiguration.inCluster(environment: environment, directory: directory)
        #expect(configuration.endpoint.host == expected)
        #expect(configuration.endpoint.scheme == .https)
        #expect(configuration.credentials == .tokenFile(directory + "/token"))
        #expect(configuration.namespace == "kube-system")
        #expect(throws: CredentialsError.self) {
            try ClientConfiguration.inCluster(environment: [:], directory: directory)
        }
    }

    @Test("a plugin's token is used until it expires")
    func plugin() async throws {
        let script = #"""
            [ -n "$KUBERNETES_EXEC_INFO" ] || exit 3
            echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$T"'","expirationTimestamp":"2020-01-01T00:00:00Z"}}'
            """#
        let plugin = CredentialPlugin(
            apiVersion: "client.authentication.k8s.io/v1", command: "sh", arguments: ["-c", script],
            environment: ["PATH": "/bin:/usr/bin", "T": "secret"])
        let issued = try await plugin.run()
        #expect(issued.token == "secret")
        #expect(issued.lifetime == .seconds(1))
        let later = try CredentialPlugin.read(
            Array(#"{"status":{"token":"t","expirationTimestamp":"2026-01-01T00:10:00Z"}}"#.utf8), of: "p",
            now: try #require(Timestamp("2026-01-01T00:00:00Z")))
        #expect(later.lifetime == .seconds(570))
    }

    @Test(
        "a plugin that fails says how",
        arguments: [
            ("exit 4", "ended with status 4"), ("kill -9 $$", "ended with status 137"),
            ("echo x", "printed no ExecCredential"),
            ("yes", "printed too much"),
        ])
    func failingPlugin(script: String, words: String) async {
        let plugin = CredentialPlugin(
            apiVersion: "client.authentication.k8s.io/v1beta1", command: "sh", arguments: ["-c", script],
            environment: ["PATH": "/bin:/usr/bin"])
        let error = await #expect(throws: CredentialsError.self) { try await plugin.run() }
        #expect(error?.description.contains(words) == true)
    }

    private func run(
        _ script: String, within limit: Duration = .seconds(20)
    ) async -> Result<[UInt8], Subprocess.Failure> {
        await Subprocess.run(
            "sh", ["-c", script], environment: ["PATH": "/bin:/usr/bin"], outputLimit: 1000, timeLimit: limit)
    }

    @Test("a plugin that has said all and does not end is too slow")
    func lingeringPlugin() async {
        let start = ContinuousClock.now
        let result = await run("exec >&-; sleep 100", within: .milliseconds(500))
        #expect(result == .failure(.tooSlow))
        #expect(ContinuousClock.now - start < .seconds(20))
    }

    @Test(
        "what a plugin started does not outlive its failure",
        arguments: [("wait", Subprocess.Failure.tooSlow), ("exit 3", .failed(3))])
    func descendants(end: String, failure: Subprocess.Failure) async throws {
        let path = FileManager.default.temporaryDirectory.path + "/herald-plugin-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let result = await run("sleep 100 >/dev/null & echo $! >\(path); \(end)", within: .seconds(2))
        #expect(result == .failure(failure))
        let text = try String(contentsOfFile: path, encoding: .utf8)
        let descendant = try #require(Int32(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(await eventually { !Self.isRunning(descendant) })
    }

    /// Not so for a process that ended and was not collected yet.
    private static func isRunning(_ process: Int32) -> Bool {
        guard let line = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8) else { return false }
        return !line.contains(") Z ")
    }

    @Test("a plugin begins with no signal blocked and none ignored")
    func signals() async {
        signal(SIGPIPE, SIG_IGN)
        let blocked = await run("grep SigBlk /proc/self/status")
        #expect(blocked == .success(Array("SigBlk:\t0000000000000000\n".utf8)))
        let result = await run("kill -PIPE $$; echo alive")
        #expect(result == .failure(.failed(128 + SIGPIPE)))
    }

    @Test("a plugin that is missing, or of a version we do not know")
    func missingPlugin() async {
        var plugin = CredentialPlugin(
            apiVersion: "client.authentication.k8s.io/v1", command: "/nowhere/x", installHint: "get it there")
        let error = await #expect(throws: CredentialsError.self) { try await plugin.run() }
        #expect(error?.description == "credential plugin '/nowhere/x' cannot be started; get it there")
        plugin.apiVersion = "client.authentication.k8s.io/v1alpha1"
        await #expect(throws: CredentialsError.self) { try await plugin.run() }
    }
}
