import NetworkTypes
import Synchronization

/// Writes Events for notes, without ever making those wait who give them.
public final class EventRecorder: Sendable {
    private enum Input: Sendable {
        case note(EventNote)
        case flush
    }

    /// Notes that wait to be written; beyond it the oldest are dropped.
    private static let capacity = 4096
    private static let flushInterval = Duration.seconds(60)
    /// Nothing is written for so long after the server did not permit it, at first and at most.
    private static let silences = (first: Duration.seconds(1), longest: Duration.seconds(60))

    private let client: KubernetesClient
    private let controller: String
    private let instance: String
    private let seed: UInt64
    private let clock = RunClock()
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation
    private let dropped = Atomic<Int>(0)

    /// `controller` names the program, as in `example.com/program`; `instance` this copy of it. The seed spreads retries.
    public init(_ client: KubernetesClient, controller: String, instance: String, seed: UInt64) {
        self.client = client
        self.controller = controller
        self.instance = instance
        self.seed = seed
        (inputs, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity))
    }

    /// Notes that were never written, because there were too many or the server refused.
    public var droppedNotes: Int { dropped.load(ordering: .relaxed) }

    /// Returns at once.
    public func record(_ note: EventNote) {
        if case .dropped = input.yield(.note(note)) { drop() }
    }

    /// Writes until the task is cancelled. To be called once.
    ///
    /// `hear` is told of each Event that could not be written, and nil of each that was. That none can be made in a
    /// namespace that is being deleted, or gone, is no failure. Before each `turn` is awaited, so that what is more urgent
    /// can go first.
    public func run(hear: (APIError?) async -> Void, turn: () async -> Void = {}) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.flushInterval)) != nil { self.input.yield(.flush) }
            }
            var aggregator = EventAggregator(controller: controller, instance: instance)
            var silentUntil = now
            var silence = Backoff(first: Self.silences.first, longest: Self.silences.longest, seed: seed)
            for await next in inputs {
                let effects =
                    switch next {
                    case .note(let note): aggregator.record(note, at: now, wallClock: .now)
                    case .flush: aggregator.flush(at: now)
                    }
                for effect in effects {
                    await turn()
                    guard silentUntil <= now else {
                        drop()
                        continue
                    }
                    let error = await perform(effect, &aggregator)
                    if error == nil { silence.reset() }
                    if error?.isForbidden == true { silentUntil = now.advanced(by: silence.next()) }
                    await hear(error)
                }
            }
            group.cancelAll()
        }
    }

    private var now: MonotonicTime { clock.now }

    /// Returns why it could not be written.
    private func perform(_ effect: EventAggregator.Effect, _ aggregator: inout EventAggregator) async -> APIError? {
        do throws(APIError) {
            switch effect {
            case .create(let key, let object):
                try await client.create(Event.self, namespace: key.namespace, object)
            case .patch(let key, let patch):
                do throws(APIError) {
                    try await client.patch(Event.self, name: key.name, namespace: key.namespace, .merge(patch))
                } catch {
                    guard error.isNotFound else { throw error }
                    aggregator.forget(key)
                }
            }
        } catch {
            drop()
            return error.isNotFound || error.isAboutEndOfNamespace ? nil : error
        }
        return nil
    }

    private func drop() {
        dropped.add(1, ordering: .relaxed)
    }
}
