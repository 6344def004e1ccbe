import FoundationEssentials
import HTTPTransfer
import Lab
import NetworkTypes
import Synchronization

/// The API server for tests on a node of the lab, and what it counts and times.
final class TestServer {
    /// What the server saw of Services, in nanoseconds on the lab's clock.
    struct Times: Decodable {
        var created: Int
        var recorded: Int
        var announced: Int
        var lastCreated: Int64
        var lastRecorded: Int64
        var lastAnnounced: Int64
        /// From creation to status.
        var samples: [Int64]
    }

    let folder: String
    /// Where it runs.
    let node: Node
    private let process: ChildProcess
    private let transfer: HTTPTransfer
    private let address: IPAddress

    private static let port = 6443
    private static let token = "herald-bench"

    init(on node: Node, in lab: Lab, number: Int) throws {
        folder = "\(lab.folder)/api-\(number)"
        address = node.ipv4
        self.node = node
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        process = try node.start([
            try Self.program(), "--directory", folder, "--host", "\(node.ipv4)", "--port", "\(Self.port)",
        ])
        transfer = try HTTPTransfer.start()
        try eventually("the API server is there", within: .seconds(20)) { process.output.contains("https://") }
        try order("token", #"{"token":"\#(Self.token)","user":"system:admin"}"#)
    }

    private static func program() throws -> String {
        let path = Options.beside("test-apiserver")
        guard FileManager.default.fileExists(atPath: path) else {
            throw Site.Failure(description: "no test-apiserver beside herald-bench; build it")
        }
        return path
    }

    func end() throws {
        try process.end()
    }

    /// A kubeconfig for herald.
    func writeKubeconfig() throws -> String {
        let text = """
            apiVersion: v1
            kind: Config
            clusters:
              - name: bench
                cluster:
                  server: https://\(address):\(Self.port)
                  certificate-authority: \(folder)/ca.crt
            users: [{name: herald, user: {token: \(Self.token)}}]
            contexts: [{name: bench, context: {cluster: bench, user: herald, namespace: default}}]
            current-context: bench

            """
        try Data(text.utf8).write(to: URL(filePath: "\(folder)/kubeconfig"))
        return "\(folder)/kubeconfig"
    }

    // MARK: - Orders

    /// Sends an order and returns the answer.
    @discardableResult
    func order(_ name: String, _ body: String = "{}") throws -> [UInt8] {
        try send(.post, "/herald-test/\(name)", body)
    }

    func createNode(_ name: String, address: IPAddress) throws {
        _ = try send(
            .post, "/api/v1/nodes",
            """
            {"metadata":{"name":"\(name)"},"status":{"addresses":[{"type":"InternalIP","address":"\(address)"}],\
            "conditions":[{"type":"Ready","status":"True"}]}}
            """)
    }

    /// A Service that asks for an address and needs no endpoint.
    func createService(_ name: String, address: IPAddress) throws {
        _ = try send(
            .post, "/api/v1/namespaces/default/services",
            """
            {"metadata":{"name":"\(name)","annotations":{"herald-lb.io/addresses":"\(address)"}},\
            "spec":{"type":"LoadBalancer","ports":[{"port":80}]}}
            """)
    }

    func times() throws -> Times {
        try JSONDecoder().decode(Times.self, from: Data(try order("stopwatch")))
    }

    /// Requests since the last call, by verb and resource.
    func takeRequests() throws -> [String: Int] {
        try JSONDecoder().decode([String: Int].self, from: Data(try order("requests", #"{"clear":true}"#)))
    }

    /// Waits until so many Services have a status.
    @discardableResult
    func waitForAnnounced(_ count: Int, within limit: Duration = .seconds(120)) throws -> Times {
        try eventually("\(count) Services have a status", within: limit, every: .milliseconds(20)) {
            try times()
        } until: {
            $0.announced >= count
        }.value
    }

    private func send(_ method: HTTPRequest.Method, _ path: String, _ body: String) throws -> [UInt8] {
        let request = HTTPRequest(
            method, HTTPEndpoint(unixSocketPath: "\(folder)/admin.sock"), path,
            headers: ["Content-Type": "application/json"], body: Array(body.utf8))
        let transfer = transfer
        let outcome = Mutex<Result<[UInt8], any Error>?>(nil)
        let done = Signal()
        Task.detached {
            let result: Result<[UInt8], any Error>
            do {
                let response = try await transfer.send(request)
                let octets = try await response.body.collect(upTo: 64 << 20)
                result =
                    response.status < 300
                    ? .success(octets)
                    : .failure(Site.Failure(description: String(decoding: octets.prefix(300), as: UTF8.self)))
            } catch { result = .failure(error) }
            outcome.withLock { $0 = result }
            done.set()
        }
        done.wait()
        return try outcome.withLock { $0 }?.get() ?? []
    }
}

/// Lets a thread wait for a task.
private final class Signal: Sendable {
    private let isSet = Atomic<Bool>(false)

    func set() { isSet.store(true, ordering: .releasing) }

    func wait() {
        while !isSet.load(ordering: .acquiring) { LabClock.sleep(for: .microseconds(200)) }
    }
}
