import FileSystem
import FoundationEssentials
public import Kubernetes
public import Logging
public import ServiceLifecycle

/// Has the nodes of a cluster share a key: that of a Secret, which the first node makes.
///
/// A copy in the state directory lets a node start while the API server is away. While nothing needs the key, as in BGP
/// mode, nothing is asked for.
public actor MembershipKey: ServiceLifecycle.Service {
    /// What is known of the key.
    public enum News: Sendable {
        /// The lines of a key file, and where they come from.
        case text([UInt8], from: String)
        /// There is no key, and why: a sentence.
        case unavailable(String)
    }

    /// The Secret, in the namespace the client runs in.
    public static let secretName = "herald-membership"
    /// The key of its data.
    public static let dataKey = "key"

    private static let copyName = "membership.key"
    private static let limit = 4096
    private static let refreshInterval = Duration.seconds(600)

    private let client: KubernetesClient
    private let stateDirectory: String?
    private let logger: Logger
    private let apply: @Sendable (News) async -> Void
    private var known: [UInt8]?
    private nonisolated let wishes: AsyncStream<Bool>
    private nonisolated let wishFeed: AsyncStream<Bool>.Continuation

    /// `apply` is told of each key that differs from the one before, and why there is none.
    public init(
        _ client: KubernetesClient, stateDirectory: String?, isWanted: Bool, logger: Logger,
        apply: @escaping @Sendable (News) async -> Void
    ) {
        self.client = client
        self.stateDirectory = stateDirectory
        self.logger = logger
        self.apply = apply
        (wishes, wishFeed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
        wishFeed.yield(isWanted)
    }

    /// Follows the Secret, while it is wanted, until graceful shutdown.
    public func run() async throws {
        await cancelWhenGracefulShutdown { await self.followWishes() }
    }

    /// Whether the key of the cluster is needed from now on.
    public nonisolated func setWanted(_ isWanted: Bool) {
        wishFeed.yield(isWanted)
    }

    private func followWishes() async {
        var work: Task<Void, Never>?
        for await isWanted in wishes where isWanted != (work != nil) {
            work?.cancel()
            await work?.value
            work = nil
            guard isWanted else { continue }
            // Another key may have come into force meanwhile.
            known = nil
            work = Task { await follow() }
        }
        work?.cancel()
        await work?.value
    }

    private func follow() async {
        if let copy = readCopy() { await take(copy, from: "the copy in \(stateDirectory ?? "")") }
        var failures = 0
        while !Task.isCancelled {
            do {
                let text = try await fetch()
                failures = 0
                await take(text, from: "Secret \(client.namespace)/\(Self.secretName)")
            } catch {
                guard !Task.isCancelled else { return }
                failures += 1
                await tell(error, isNews: failures == 1)
            }
            let wait = failures == 0 ? Self.refreshInterval : .seconds(min(1 << min(failures - 1, 6), 60))
            try? await Task.sleep(for: wait)
        }
    }

    private func take(_ text: [UInt8], from place: String) async {
        guard text != known else { return }
        known = text
        // Whatever the disk makes of it.
        await apply(.text(text, from: place))
        writeCopy(text)
    }

    private func tell(_ error: any Error, isNews: Bool) async {
        let sentence =
            "the membership key: \(error); allow herald to get and create secrets in the namespace "
            + "\(client.namespace), or set membership.keyFile"
        if isNews { logger.warning("the membership key cannot be read", metadata: ["error": "\(error)"]) }
        guard known == nil, (error as? APIError)?.status != nil else { return }
        await apply(.unavailable(sentence))
    }

    // MARK: The Secret

    private func fetch() async throws -> [UInt8] {
        let secret: Secret
        do throws(APIError) {
            secret = try await get()
        } catch {
            guard error.isNotFound else { throw error }
            secret = try await create()
        }
        return try text(of: secret)
    }

    private func get() async throws(APIError) -> Secret {
        try await client.get(Secret.self, name: Self.secretName, namespace: client.namespace)
    }

    /// Another node may have been faster: then its key counts.
    private func create() async throws(APIError) -> Secret {
        var generator = SystemRandomNumberGenerator()
        let octets = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
        let line = Data(Data(octets).base64EncodedString().utf8)
        let object: JSONValue = [
            "apiVersion": "v1", "kind": "Secret", "type": "Opaque",
            "metadata": [
                "name": .string(Self.secretName), "namespace": .string(client.namespace),
                "labels": ["app.kubernetes.io/name": "herald"],
            ],
            "data": .object([.init(Self.dataKey, .string(line.base64EncodedString()))]),
        ]
        do throws(APIError) {
            let secret = try await client.create(Secret.self, namespace: client.namespace, object)
            logger.notice(
                "membership key made", metadata: ["secret.name": "\(client.namespace)/\(Self.secretName)"])
            return secret
        } catch {
            guard error.isAlreadyExists else { throw error }
            return try await get()
        }
    }

    private struct NoKey: Error, CustomStringConvertible {
        let description: String
    }

    private func text(of secret: Secret) throws -> [UInt8] {
        guard let data = secret.data[Self.dataKey], !data.isEmpty, data.count <= Self.limit else {
            throw NoKey(
                description: "Secret \(client.namespace)/\(Self.secretName) has no usable data under "
                    + "'\(Self.dataKey)'; delete it, and herald makes another")
        }
        return Array(data)
    }

    // MARK: The copy

    private func readCopy() -> [UInt8]? {
        guard let stateDirectory, let directory = try? OpenDirectory(stateDirectory),
            let text = try? directory.read(Self.copyName, limit: Self.limit), !text.isEmpty
        else { return nil }
        return text
    }

    private func writeCopy(_ text: [UInt8]) {
        guard let stateDirectory, readCopy() != text else { return }
        do {
            let directory = try OpenDirectory(stateDirectory, creating: true)
            try directory.write(text, as: Self.copyName, permissions: 0o600, isDurable: true)
            try directory.synchronise()
        } catch {
            logger.warning("no copy of the membership key is kept", metadata: ["error": "\(error)"])
        }
    }
}
