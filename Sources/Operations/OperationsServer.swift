public import Logging
import NIOCore
import NIOHTTP1
import NIOPosix
public import ServiceLifecycle

/// Serves HTTP on a Unix socket that only its owner can reach.
///
/// GET asks, POST orders; a body is not read. Connections, header sizes and the time a connection may take are bounded.
public struct OperationsServer: Service {
    /// Answers a GET for a path, without its query; nil for a path that does not exist.
    public typealias Router = @Sendable (_ path: String) async -> OperationsResponse?

    /// Carries out what a POST to a path orders; nil for a path that does not exist.
    public typealias Performer = @Sendable (_ path: String) async -> OperationsResponse?

    private let socketPath: String
    private let router: Router
    private let performer: Performer
    private let logger: Logger

    /// Connections that are served at a time; further ones are closed at once.
    static let connectionLimit = 32
    /// How long a connection may stay open.
    static let connectionTimeout = Duration.seconds(10)

    public init(
        socketPath: String, logger: Logger, router: @escaping Router, performer: @escaping Performer = { _ in nil }
    ) {
        self.performer = performer
        self.socketPath = socketPath
        self.logger = logger
        self.router = router
    }

    /// Throws when the socket cannot be made, or another process serves it; a socket that nobody serves is removed.
    ///
    /// To be called before anything is started by which a second process would disturb the first.
    public func prepare() throws {
        try ControlSocket(path: socketPath).prepare()
    }

    /// Serves until graceful shutdown. Throws when the socket cannot be made, or another process serves it.
    public func run() async throws {
        let socket = ControlSocket(path: socketPath)
        try socket.prepare()
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do {
            try await serve(on: group, socket: socket)
        } catch is CancellationError {
            // Graceful shutdown ends the accept loop so.
        } catch {
            socket.remove()
            try? await group.shutdownGracefully()
            throw error
        }
        socket.remove()
        try await group.shutdownGracefully()
    }

    private typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

    private func serve(on group: MultiThreadedEventLoopGroup, socket: ControlSocket) async throws {
        let server = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .bind(unixDomainSocketPath: socketPath, cleanupExistingSocketFile: false) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    return try Connection(wrappingChannelSynchronously: channel)
                }
            }
        try socket.restrict()
        let places = Places(count: Self.connectionLimit)
        try await cancelWhenGracefulShutdown {
            try await server.executeThenClose { connections in
                try await withThrowingDiscardingTaskGroup { tasks in
                    for try await connection in connections {
                        guard places.take() else {
                            try? await connection.executeThenClose { _, _ in }
                            continue
                        }
                        tasks.addTask {
                            await handle(connection)
                            places.giveBack()
                        }
                    }
                }
            }
        }
    }

    /// Ends a connection that takes too long; errors of one connection concern no other.
    private func handle(_ connection: Connection) async {
        await withTaskGroup { tasks in
            tasks.addTask {
                do {
                    try await connection.executeThenClose { inbound, outbound in
                        try await answer(inbound, outbound)
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
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        for try await part in inbound {
            switch part {
            case .head(let head):
                let response = await response(to: head)
                try await write(response, to: head, outbound)
                if !head.isKeepAlive { return }
            case .body: return
            case .end: continue
            }
        }
    }

    private func response(to head: HTTPRequestHead) async -> OperationsResponse {
        let path = String(head.uri.prefix { $0 != "?" })
        switch head.method {
        case .GET: return await router(path) ?? .text("no such path", status: 404)
        case .POST: return await performer(path) ?? .text("no such path", status: 404)
        default: return .text("only GET and POST are answered", status: 405)
        }
    }

    private func write(
        _ response: OperationsResponse, to head: HTTPRequestHead,
        _ outbound: NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
    ) async throws {
        var headers = HTTPHeaders()
        headers.add(name: "content-type", value: response.contentType)
        headers.add(name: "content-length", value: String(response.body.count))
        headers.add(name: "cache-control", value: "no-store")
        headers.add(name: "x-content-type-options", value: "nosniff")
        let status = HTTPResponseStatus(statusCode: response.status)
        try await outbound.write(.head(HTTPResponseHead(version: head.version, status: status, headers: headers)))
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: response.body))))
        try await outbound.write(.end(nil))
    }
}
