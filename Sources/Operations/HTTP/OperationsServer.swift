import CoreMetrics
public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import NetworkTypes
public import ServiceLifecycle

/// Serves HTTP on a Unix socket that only its owner can reach and, if wanted, on a TCP port.
///
/// GET asks; POST orders, on the socket alone; a body is not read. One request is answered for each connection.
/// Connections, what they may send, and the time they may take are bounded; those of the host itself have places of their
/// own, so that others cannot starve its probes.
public struct OperationsServer: Service {
    /// Answers a GET; nil for a path that does not exist.
    public typealias Router = @Sendable (OperationsRequest) async -> OperationsResponse?

    /// Carries out what a POST to a path orders; nil for a path that does not exist.
    public typealias Performer = @Sendable (OperationsRequest) async -> OperationsResponse?

    /// A TCP port to listen on.
    public struct Port: Hashable, Sendable {
        /// An IP address as text: a value with 16-octet alignment, captured by a child task, crashes the process
        /// (Swift 6.3.1).
        public let address: String
        /// Zero: the kernel chooses.
        public let number: UInt16
        let isLoopback: Bool

        /// Listens on nothing yet; zero as `number` lets the kernel choose.
        public init(address: IPAddress, number: UInt16) {
            self.address = address.description
            self.number = number
            isLoopback = address.isLoopback
        }
    }

    private let socketPath: String
    private let alternativePath: String?
    private let port: Port?
    private let router: Router
    private let performer: Performer
    private let logger: Logger
    private let refused = Counter(label: "herald_operations_connections_refused_total")

    /// Connections of one kind that are served at a time; further ones are closed at once.
    static let connectionLimit = 32
    /// How long a connection may stay open.
    static let connectionTimeout = Duration.seconds(10)
    /// How long to wait before a port that is taken is tried again.
    static let bindPause = Duration.seconds(5)

    /// Touches nothing yet; the socket is made by `run()`. Without a performer every POST is answered with 404.
    ///
    /// - Parameters:
    ///   - socketPath: at most 107 octets, which is what a Unix socket's address holds; `prepare()` checks it.
    ///   - alternativePath: serves instead where another process has the socket.
    public init(
        socketPath: String, alternativePath: String? = nil, port: Port? = nil, logger: Logger, router: @escaping Router,
        performer: @escaping Performer = { _ in nil }
    ) {
        self.performer = performer
        self.socketPath = socketPath
        self.alternativePath = alternativePath
        self.port = port
        self.logger = logger
        self.router = router
    }

    /// Throws when the socket can never be made as things are. That another process has it is not meant by this.
    public func prepare() throws {
        do {
            try ControlSocket(path: socketPath).prepare()
        } catch ControlSocket.Failure.inUse {}
    }

    /// Serves until graceful shutdown.
    ///
    /// A socket or a port that is taken is no reason to end: it is told, and tried again.
    public func run() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup { tasks in
                    tasks.addTask { try await serveSocket(on: group) }
                    if let port { tasks.addTask { try await servePort(port, on: group) } }
                    try await tasks.next()
                    tasks.cancelAll()
                }
            }
        } catch is CancellationError {
            // Graceful shutdown ends the accept loops so.
        } catch {
            try? await group.shutdownGracefully()
            throw error
        }
        try await group.shutdownGracefully()
    }

    /// Where a connection came in.
    private enum Kind {
        case socket, loopback, network
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>
    private typealias Listener = NIOAsyncChannel<Connection, Never>

    // MARK: Listening

    private func serveSocket(on group: MultiThreadedEventLoopGroup) async throws {
        var told: String?
        while true {
            var reason = ""
            for path in [socketPath, alternativePath].compactMap({ $0 }) {
                let socket = ControlSocket(path: path)
                switch await bind(socket, on: group) {
                case .success(let listener):
                    defer { socket.remove() }
                    if path != socketPath {
                        logger.warning(
                            "another herald has the control socket; this one is asked on another",
                            metadata: ["socket": "\(path)", "taken": "\(socketPath)"])
                    }
                    return try await accept(listener, .socket)
                case .failure(let error): reason = "\(error)"
                }
            }
            if told != reason {
                logger.error("the control socket cannot be served; it is tried again", metadata: ["error": "\(reason)"])
            }
            told = reason
            try await Task.sleep(for: Self.bindPause)
        }
    }

    private func bind(
        _ socket: ControlSocket, on group: MultiThreadedEventLoopGroup
    ) async -> Result<Listener, any Error> {
        do {
            try socket.prepare()
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 16)
                .bind(
                    unixDomainSocketPath: socket.path, cleanupExistingSocketFile: false,
                    childChannelInitializer: Self.prepare(_:))
            try socket.restrict()
            return .success(listener)
        } catch {
            return .failure(error)
        }
    }

    private func servePort(_ port: Port, on group: MultiThreadedEventLoopGroup) async throws {
        var told: String?
        while true {
            switch await bind(port, on: group) {
            case .success(let listener):
                let number = listener.channel.localAddress?.port ?? Int(port.number)
                logger.info("operations are served", metadata: ["address": "\(port.address)", "port": "\(number)"])
                try await accept(listener, port.isLoopback ? .loopback : .network)
                return
            case .failure(let error):
                let reason = "\(error)"
                if told != reason {
                    logger.error(
                        "operations.listen cannot be served; it is tried again",
                        metadata: ["address": "\(port.address)", "port": "\(port.number)", "error": "\(reason)"])
                }
                told = reason
                try await Task.sleep(for: Self.bindPause)
            }
        }
    }

    private func bind(_ port: Port, on group: MultiThreadedEventLoopGroup) async -> Result<Listener, any Error> {
        do {
            let address = try SocketAddress(ipAddress: port.address, port: Int(port.number))
            return .success(
                try await ServerBootstrap(group: group)
                    .serverChannelOption(.backlog, value: 64)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .bind(to: address, childChannelInitializer: Self.prepare(_:)))
        } catch {
            return .failure(error)
        }
    }

    private static func prepare(_ channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(RequestLimit())
            try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
            return try Connection(wrappingChannelSynchronously: channel)
        }
    }

    private func accept(_ listener: Listener, _ kind: Kind) async throws {
        let own = Places(count: Self.connectionLimit)
        let others = Places(count: Self.connectionLimit)
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { tasks in
                for try await connection in connections {
                    let places = Self.isFromHere(connection.channel) ? own : others
                    guard places.take() else {
                        refused.increment()
                        try? await connection.executeThenClose { _, _ in }
                        continue
                    }
                    tasks.addTask {
                        await handle(connection, kind)
                        places.giveBack()
                    }
                }
            }
        }
    }

    private static func isFromHere(_ channel: any Channel) -> Bool {
        guard let text = channel.remoteAddress?.ipAddress, let address = IPAddress(text) else { return true }
        return address.isLoopback
    }

    // MARK: Answering

    /// Ends a connection that takes too long; errors of one connection concern no other.
    private func handle(_ connection: Connection, _ kind: Kind) async {
        await withTaskGroup { tasks in
            tasks.addTask {
                do {
                    try await connection.executeThenClose { inbound, outbound in
                        try await answer(inbound, outbound, kind)
                    }
                } catch {
                    logger.debug("connection ended", metadata: ["error": "\(error)"])
                }
            }
            tasks.addTask { try? await Task.sleep(for: Self.connectionTimeout) }
            await tasks.next()
            tasks.cancelAll()
        }
    }

    private func answer(
        _ inbound: NIOAsyncChannelInboundStream<HTTPServerRequestPart>,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>, _ kind: Kind
    ) async throws {
        for try await case .head(let head) in inbound {
            let response = await response(to: head, kind)
            Counter(label: "herald_operations_requests_total", dimensions: [("code", String(response.status))])
                .increment()
            try await write(response, to: head, outbound)
            return
        }
    }

    private func response(to head: HTTPRequestHead, _ kind: Kind) async -> OperationsResponse {
        if kind == .loopback, !HostCheck.admits(head.headers.first(name: "host")) {
            return .text("this listener is asked as localhost only", status: 421)
        }
        let request = OperationsRequest(target: head.uri)
        switch (head.method, kind) {
        case (.GET, _): return await router(request) ?? .text("no such path", status: 404)
        case (.POST, .socket): return await performer(request) ?? .text("no such path", status: 404)
        default: return .text("this method is not answered here", status: 405)
        }
    }

    /// No header has anything in it that came from outside.
    private func write(
        _ response: OperationsResponse, to head: HTTPRequestHead,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var headers = HTTPHeaders([
            ("content-type", response.contentType), ("content-length", String(response.body.count)),
            ("cache-control", "no-store"), ("connection", "close"), ("referrer-policy", "no-referrer"),
            ("content-security-policy", StatusPage.contentSecurityPolicy), ("x-content-type-options", "nosniff"),
        ])
        if response.status == 405 { headers.add(name: "allow", value: "GET") }
        let status = HTTPResponseStatus(statusCode: response.status)
        try await outbound.write(.head(HTTPResponseHead(version: head.version, status: status, headers: headers)))
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: response.body))))
        try await outbound.write(.end(nil))
    }
}
