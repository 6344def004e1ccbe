import HTTPTransfer
import NetworkTypes

/// Drives a `Watcher`: makes its requests, reads its streams, waits its waits.
public struct WatchLoop<Object: Resource>: Sendable {
    /// How long a streaming list may pause before it is complete.
    private static var streamingPause: Duration { .seconds(10) }

    private let client: KubernetesClient
    private let selection: Selection
    private let seed: UInt64
    private let clock = RunClock()

    /// The seed spreads retries and the ends of watches.
    public init(
        _ type: Object.Type, of client: KubernetesClient, _ selection: Selection = Selection(),
        seed: UInt64
    ) {
        self.client = client
        self.selection = selection
        self.seed = seed
    }

    /// Delivers what exists and each change of it, in order, until the task is cancelled.
    ///
    /// `deliver` is awaited before the next event is read: one that is slow makes the server wait.
    public func run(
        deliver: (Delivery<Object>) async -> Void, report: (WatchReport) async -> Void
    ) async {
        var watcher = Watcher<Object>(seed: seed)
        var effects = watcher.handle(.started, at: now)
        while !Task.isCancelled {
            guard let next = await perform(effects, deliver, report) else { return }
            switch next {
            case .list(let token):
                let event = await list(token)
                guard !Task.isCancelled else { return }
                effects = watcher.handle(event, at: now)
            case .wait(let duration):
                guard (try? await Task.sleep(for: duration)) != nil else { return }
                effects = watcher.handle(.waited, at: now)
            case .watch(let request): effects = await watch(request, &watcher, deliver, report)
            case .deliver, .report: return
            }
        }
    }

    private var now: MonotonicTime { clock.now }

    /// Performs what is done at once; returns what takes time.
    private func perform(
        _ effects: [Watcher<Object>.Effect], _ deliver: (Delivery<Object>) async -> Void,
        _ report: (WatchReport) async -> Void
    ) async -> Watcher<Object>.Effect? {
        var next: Watcher<Object>.Effect?
        for effect in effects {
            switch effect {
            case .deliver(let delivery): await deliver(delivery)
            case .report(let message): await report(message)
            case .list, .watch, .wait: next = effect
            }
        }
        return next
    }

    private func list(_ token: String) async -> Watcher<Object>.Event {
        do throws(APIError) {
            return .listed(try await client.pageOnce(Object.self, selection, continueToken: token))
        } catch {
            return .listFailed(error)
        }
    }

    /// Reads a stream until the watcher wants something else; leaving it ends the stream.
    private func watch(
        _ request: WatchRequest, _ watcher: inout Watcher<Object>,
        _ deliver: (Delivery<Object>) async -> Void,
        _ report: (WatchReport) async -> Void
    ) async -> [Watcher<Object>.Effect] {
        let body: HTTPBody
        do throws(APIError) {
            body = try await client.watch(Object.self, selection, request)
        } catch {
            return Task.isCancelled ? [] : watcher.handle(.watchEnded(error), at: now)
        }
        await report(.watching)
        var lines = LineReader()
        while true {
            let events: [Watcher<Object>.Event]
            do throws(TransferError) {
                let pause = watcher.isStreaming ? Self.streamingPause : nil
                guard let chunk = try await Self.nextChunk(of: body, within: pause) else {
                    return watcher.handle(.watchEnded(nil), at: now)
                }
                events = Self.events(in: chunk, &lines)
            } catch {
                guard !Task.isCancelled else { return [] }
                let operation = APIRequest("watch", .get, Object.kind, namespace: selection.namespace)
                    .operation
                return watcher.handle(.watchEnded(APIError(operation, .transfer(error))), at: now)
            }
            for event in events {
                let effects = watcher.handle(event, at: now)
                if let next = await perform(effects, deliver, report) { return [next] }
            }
        }
    }

    private static func events(in chunk: [UInt8], _ lines: inout LineReader) -> [Watcher<Object>
        .Event]
    {
        do throws(LineReader.TooLong) {
            return try lines.read(chunk).map { line in
                do throws(JSON.Malformed) {
                    return .received(try JSON.decode(WatchEvent<Object>.self, from: line))
                } catch {
                    return .malformed(error.description)
                }
            }
        } catch {
            return [.malformed("a line is longer than \(error.limit) octets")]
        }
    }

    /// The next chunk; `silent` when it does not come in time, which also ends the transfer.
    private static func nextChunk(of body: HTTPBody, within pause: Duration?)
        async throws(TransferError) -> [UInt8]?
    {
        var chunks = body.makeAsyncIterator()
        guard let pause else { return try await chunks.next() }
        let result = await withTaskGroup(of: Result<[UInt8]?, TransferError>?.self) { group in
            group.addTask { [chunks] in
                var chunks = chunks
                do throws(TransferError) {
                    return .success(try await chunks.next())
                } catch {
                    return .failure(error)
                }
            }
            group.addTask {
                try? await Task.sleep(for: pause)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let result else {
            throw TransferError(.silent, host: "the API server", "the list paused for \(pause)")
        }
        return try result.get()
    }
}
