import Foundation
import HTTPTransfer
import Spawning

/// A real kube-apiserver and its etcd, on loopback, with certificates, keys and a token made for the occasion.
extension ControlPlane {
    package static func startReal() async throws -> ControlPlane {
        guard let assets else { throw NotStarted(description: "KUBEBUILDER_ASSETS is not set") }
        let folder = try makeFolder()
        let files = try Files(in: folder)
        let etcd = try await startEtcd("\(assets)/etcd", folder)
        let port = freePort()
        let log = "\(folder)/kube-apiserver.log"
        let server = try await start(
            "\(assets)/kube-apiserver", flags(files, folder, port: port, etcd: etcd.url), log: log)
        let plane = try ControlPlane(
            folder: folder, port: port, token: files.token, authorityFile: files.authority, commands: nil,
            programs: [etcd.program, server])
        try await eventually("kube-apiserver is ready", within: .seconds(90), every: .milliseconds(200)) {
            guard server.isRunning else { throw NotStarted(description: "kube-apiserver ended: see \(log)") }
            return try await plane.isReady() ? true : nil
        }
        return plane
    }

    private static func flags(_ files: Files, _ folder: String, port: UInt16, etcd: String) -> [String] {
        [
            "--etcd-servers=\(etcd)", "--bind-address=127.0.0.1", "--advertise-address=127.0.0.1",
            "--secure-port=\(port)", "--cert-dir=\(folder)/apiserver", "--tls-cert-file=\(files.certificate)",
            "--tls-private-key-file=\(files.key)", "--client-ca-file=\(files.authority)",
            "--token-auth-file=\(files.tokens)", "--authorization-mode=RBAC",
            "--service-account-issuer=https://127.0.0.1:\(port)",
            "--service-account-key-file=\(files.accountPublicKey)",
            "--service-account-signing-key-file=\(files.accountKey)", "--disable-admission-plugins=ServiceAccount",
            "--service-cluster-ip-range=10.96.0.0/16,fd96::/112", "--allow-privileged=true",
        ]
    }

    private static func startEtcd(_ path: String, _ folder: String) async throws -> (program: Program, url: String) {
        let url = "http://127.0.0.1:\(freePort())"
        let log = "\(folder)/etcd.log"
        let program = try await start(
            path,
            [
                "--data-dir=\(folder)/etcd", "--listen-client-urls=\(url)", "--advertise-client-urls=\(url)",
                "--listen-peer-urls=http://127.0.0.1:\(freePort())",
                // A Service with a thousand ports is a thousand writes.
                "--unsafe-no-fsync",
            ], log: log)
        let transfer = try HTTPTransfer.start()
        let endpoint = try HTTPEndpoint(url)
        do {
            try await eventually("etcd is healthy", within: .seconds(30), every: .milliseconds(100)) {
                guard program.isRunning else { throw NotStarted(description: "etcd ended: see \(log)") }
                return try await transfer.send(HTTPRequest(.get, endpoint, "/health")).status == 200 ? true : nil
            }
        } catch {
            await transfer.shutdown()
            throw error
        }
        await transfer.shutdown()
        return (program, url)
    }

    private func isReady() async throws -> Bool {
        let request = HTTPRequest(.get, endpoint, "/readyz", headers: ["Authorization": "Bearer \(token)"])
        return try await transfer.send(request).status == 200
    }

    /// Free a moment ago; nobody else is likely to take it.
    package static func freePort() -> UInt16 {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { raw in
                unsafe bind(listener, raw, length) == 0 && getsockname(listener, raw, &length) == 0
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    /// Certificates, the key of service accounts, and the administrator's token.
    private struct Files {
        let authority: String
        let certificate: String
        let key: String
        let accountKey: String
        let accountPublicKey: String
        let tokens: String
        let token = UUID().uuidString

        init(in folder: String) throws {
            authority = "\(folder)/ca.crt"
            certificate = "\(folder)/server.crt"
            key = "\(folder)/server.key"
            accountKey = "\(folder)/sa.key"
            accountPublicKey = "\(folder)/sa.pub"
            tokens = "\(folder)/tokens.csv"
            let (authorityKey, request, extensions) = (
                "\(folder)/ca.key", "\(folder)/server.csr", "\(folder)/server.ext"
            )
            let names = "DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1"
            try "subjectAltName=\(names)\nextendedKeyUsage=serverAuth\n".write(
                toFile: extensions, atomically: true, encoding: .utf8)
            try "\(token),admin,admin,\"system:masters\"\n".write(toFile: tokens, atomically: true, encoding: .utf8)
            let log = "\(folder)/openssl.log"
            let fresh = ["-newkey", "rsa:2048", "-nodes"]
            for arguments in [
                [
                    "req", "-x509", "-days", "2", "-subj", "/CN=herald-e2e-ca", "-keyout", authorityKey, "-out",
                    authority,
                ]
                    + fresh,
                ["req", "-subj", "/CN=kube-apiserver", "-keyout", key, "-out", request] + fresh,
                [
                    "x509", "-req", "-days", "2", "-in", request, "-CA", authority, "-CAkey", authorityKey,
                    "-CAcreateserial", "-extfile", extensions, "-out", certificate,
                ],
                ["genrsa", "-out", accountKey, "2048"],
                ["rsa", "-in", accountKey, "-pubout", "-out", accountPublicKey],
            ] { try Program.run("openssl", arguments, log: log) }
        }
    }
}
