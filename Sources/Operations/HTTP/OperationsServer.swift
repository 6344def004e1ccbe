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
/// Connections, what they may send, the time they may take, and on the port the large answers that are held at a time
/// are bounded; those of the host itself have places of their own, so that others cannot starve its probes.
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
    private let protection: Protection
    private let router: Router
    private let performer: Performer
    private let logger: Logger
    private let refused = Counter(label: "herald_operations_connections_refused_total")

    /// Connections of one kind that are served at a time; further ones are closed at once.
    static let connectionLimit = 32
    /// Large answers on their way to clients of one kind at a time; who asks for one more is put off.
    static let largeAnswerLimit = 4
    /// For how long.
    static let largeAnswerPause = Duration.seconds(2)
    /// Their answers stay small, however many Services there are.
    private static let smallPaths = Access.open.union(["/metrics"])
    /// How long a connection may stay open, its TLS handshake included.
    static let connectionTimeout = TimeAmount.seconds(10)
    /// How long to wait before a port that is taken is tried again.
    static let bindPause = Duration.seconds(5)

    /// Touches nothing yet; the socket is made by `run()`. Without a performer every POST is answered with 404.
    ///
    /// - Parameters:
    ///   - socketPath: at most 107 octets, which is what a Unix socket's address holds; `prepare()` checks it.
    ///   - alternativePath: serves instead where another process has the socket.
    ///   - protection: TLS and a token for the port; the socket's mode protects it.
    public init(
        socketPath: String, alternativePath: String? = nil, port: Port? = nil, protection: Protection? = nil,
        logger: Logger, router: @escaping Router,
        performer: @escaping Performer = { _ in nil }
    ) {
        self.performer = performer
        self.socketPath = socketPath
        self.alternativePath = alternativePath
        self.port = port
        self.protection = protection ?? .none
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

    /// Connections that come in while it ends are dropped by it: they must be such as can be let go of.
    private typealias Listener = NIOAsyncChannel<IncomingConnection, Never>

    /// A certificate or token that is set cannot be used.
    private struct Unprotected: Error, CustomStringConvertible {
        let description = "its certificate or token cannot be used, as told before"
    }

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
                .childChannelOption(.autoRead, value: false)
                .bind(
                    unixDomainSocketPath: socket.path, cleanupExistingSocketFile: false
                ) { channel in
                    Self.prepare(channel, .init(certificate: nil, access: nil))
                }
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
            guard protection.terms() != nil else { throw Unprotected() }
            let protection = protection
            return .success(
                try await ServerBootstrap(group: group)
                    .serverChannelOption(.backlog, value: 64)
                    .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                    .childChannelOption(.autoRead, value: false)
                    .bind(to: address) { channel in Self.prepare(channel, protection.terms()) })
        } catch {
            return .failure(error)
        }
    }

    private static func prepare(
        _ channel: any Channel, _ terms: Protection.Terms?
    ) -> EventLoopFuture<IncomingConnection> {
        channel.eventLoop.makeCompletedFuture {
            guard let terms else { throw Unprotected() }
            let pipeline = channel.pipeline.syncOperations
            let octets = terms.certificate == nil ? ConnectionBounds.plainOctets : ConnectionBounds.sealedOctets
            try pipeline.addHandler(ConnectionBounds(octets: octets, lifetime: connectionTimeout))
            if let certificate = terms.certificate { try pipeline.addHandler(TLSHandler(certificate)) }
            try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
            return IncomingConnection(channel, access: terms.access)
        }
    }

    private func accept(_ listener: Listener, _ kind: Kind) async throws {
        let (own, others) = (Self.makeAllotment(), Self.makeAllotment())
        try await listener.executeThenClose { connections in
            try await withThrowingDiscardingTaskGroup { tasks in
                for try await connection in connections {
                    let allotment = connection.isFromHost ? own : others
                    guard allotment.connections.take() else {
                        refused.increment()
                        connection.close()
                        continue
                    }
                    tasks.addTask {
                        let place = HeldPlace(of: allotment.largeAnswers)
                        await handle(connection, kind, place)
                        place.giveBack()
                        allotment.connections.giveBack()
                    }
                }
            }
        }
    }

    private static func makeAllotment() -> Allotment {
        Allotment(connections: Places(count: connectionLimit), largeAnswers: Places(count: largeAnswerLimit))
    }

    // MARK: Answering

    /// Errors of one connection concern no other. `place` is held, if at all, until the connection has ended.
    private func handle(_ connection: IncomingConnection, _ kind: Kind, _ place: HeldPlace) async {
        do {
            try await connection.open().executeThenClose { inbound, outbound in
                for try await case .head(let head) in inbound {
                    let response = await response(to: head, kind, connection.access, place)
                    Counter(label: "herald_operations_requests_total", dimensions: [("code", String(response.status))])
                        .increment()
                    return try await write(response, to: head, outbound)
                }
            }
        } catch {
            logger.debug("connection ended", metadata: ["error": "\(error)"])
        }
    }

    private func response(
        to head: HTTPRequestHead, _ kind: Kind, _ access: Access?, _ place: HeldPlace
    ) async -> OperationsResponse {
        if kind == .loopback, !HostCheck.admits(head.headers.first(name: "host")) {
            return .text("this listener is asked as localhost only", status: 421)
        }
        let request = OperationsRequest(target: head.uri)
        if let access, !access.admits(request, authorization: head.headers["authorization"]) {
            return .text("a token is needed: Authorization: Bearer TOKEN, of operations.tokenFile", status: 401)
        }
        switch (head.method, kind) {
        case (.GET, _):
            guard kind == .socket || Self.smallPaths.contains(request.path) || place.take() else {
                return .busy(pause: Self.largeAnswerPause)
            }
            return await router(request) ?? .text("no such path", status: 404)
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
        if let pause = response.pause { headers.add(name: "retry-after", value: String(pause.components.seconds)) }
        if response.status == 405 { headers.add(name: "allow", value: "GET") }
        if response.status == 401 {
            headers.add(name: "www-authenticate", value: "Bearer realm=\"herald\"")
            headers.add(name: "www-authenticate", value: "Basic realm=\"herald\", charset=\"UTF-8\"")
        }
        let status = HTTPResponseStatus(statusCode: response.status)
        try await outbound.write(.head(HTTPResponseHead(version: head.version, status: status, headers: headers)))
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: response.body))))
        try await outbound.write(.end(nil))
    }
}
