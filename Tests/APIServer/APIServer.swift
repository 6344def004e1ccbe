import FoundationEssentials
import Glibc
public import HTTPTransfer
import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An API server for tests: real TCP, TLS, HTTP/1.1 and HTTP/2, and the parts of Kubernetes that herald meets.
///
/// It is held to recordings of a real one by `APIServerTests`. Objects live in memory. Faults are ordered by the Unix
/// domain socket, where everything is allowed.
public final class APIServer: Sendable {
    /// What can be chosen.
    public struct Options: Sendable {
        /// Where TLS connections are accepted.
        public var host = "127.0.0.1"
        /// 0: any free one.
        public var port: UInt16 = 0
        /// Names and addresses in the certificate, beside `host` and `localhost`.
        public var names: [String] = []
        /// Whether clients may choose HTTP/2, as they may with the real one.
        public var offersHTTP2 = true
        /// Changes that are remembered for watches that begin in the past.
        public var historyLimit = 50_000
        /// A certificate and its key in PEM, instead of fresh ones.
        public var certificate: (file: String, keyFile: String)?
        /// Told of each request by TCP; called on the server's thread.
        public var log: @Sendable (String) -> Void = { _ in }
        /// Holds the certificates, the kubeconfig, the token and the socket.
        public var directory: String

        /// Files go into the directory, which must be there.
        public init(directory: String) {
            self.directory = directory
        }
    }

    /// The port that was free.
    public let port: UInt16
    /// Where it listens.
    public let host: String
    /// The directory of its files.
    public let directory: String
    private let group: MultiThreadedEventLoopGroup
    private let dispatcher: NIOLoopBound<Dispatcher>
    private let listeners: NIOLoopBound<Listeners>

    /// Starts it; it accepts connections when this returns.
    public static func start(_ options: Options) async throws -> APIServer {
        let names = [options.host, "localhost", "127.0.0.1", "::1", "kubernetes.default.svc"] + options.names
        let made =
            options.certificate == nil
            ? try Certificates(in: options.directory, names: Array(Set(names)).sorted()) : nil
        let certificate: (file: String, keyFile: String) =
            options.certificate ?? made.map { ($0.certificateFile, $0.keyFile) } ?? ("", "")
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let parts = try await loop.submit {
            let dispatcher = Dispatcher(on: loop, historyLimit: options.historyLimit)
            dispatcher.log = options.log
            let tls = try TLSContext(
                certificateFile: certificate.file, keyFile: certificate.keyFile,
                offersHTTP2: options.offersHTTP2)
            let listeners = Listeners(on: loop, dispatcher, tls)
            dispatcher.onCommand = { [weak listeners] in listeners?.perform($0) }
            return (NIOLoopBound(dispatcher, eventLoop: loop), NIOLoopBound(listeners, eventLoop: loop))
        }.get()
        let port = try await loop.flatSubmit {
            parts.1.value.listen(
                host: options.host, port: Int(options.port), socketPath: "\(options.directory)/admin.sock")
        }.get()
        let server = APIServer(
            port: UInt16(clamping: port), host: options.host, directory: options.directory, group: group,
            dispatcher: parts.0, listeners: parts.1)
        return server
    }

    private init(
        port: UInt16, host: String, directory: String, group: MultiThreadedEventLoopGroup,
        dispatcher: NIOLoopBound<Dispatcher>, listeners: NIOLoopBound<Listeners>
    ) {
        self.port = port
        self.host = host
        self.directory = directory
        self.group = group
        self.dispatcher = dispatcher
        self.listeners = listeners
    }

    /// Cuts every connection and ends.
    public func stop() async {
        let listeners = listeners
        try? await group.next().submit { listeners.value.perform(.leave) }.get()
        try? await group.shutdownGracefully()
    }

    /// `https://host:port`
    public var url: String { "https://\(host.contains(":") ? "[\(host)]" : host):\(port)" }
    /// The certificate authority in PEM.
    public var authorityFile: String { "\(directory)/ca.crt" }
    /// Where everything is allowed and commands are taken, without TLS.
    public var socketPath: String { "\(directory)/admin.sock" }
    /// The same, for requests.
    public var administration: HTTPEndpoint { HTTPEndpoint(unixSocketPath: socketPath) }
}
