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
    /// Nothing is written for so long after the server did not permit it.
    private static let silence = Duration.seconds(60)

    private let client: KubernetesClient
    private let controller: String
    private let instance: String
    private let start = ContinuousClock.now
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation
    private let dropped = Atomic<Int>(0)

    /// `controller` names the program, as in `example.com/program`; `instance` this copy of it.
    public init(_ client: KubernetesClient, controller: String, instance: String) {
        self.client = client
        self.controller = controller
        self.instance = instance
        (inputs, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.capacity))
    }

    /// Notes that were never written, because there were too many or the server refused.
    public var droppedNotes: Int { dropped.load(ordering: .relaxed) }

    /// Returns at once.
    public func record(_ note: EventNote) {
        if case .dropped = input.yield(.note(note)) { drop() }
    }

    /// Writes until the task is cancelled. `failed` hears of Events that could not be written. To be called once.
    ///
    /// Before each `turn` is awaited, so that what is more urgent can go first.
    public func run(failed: (APIError) async -> Void, turn: () async -> Void = {}) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                while (try? await Task.sleep(for: Self.flushInterval)) != nil { self.input.yield(.flush) }
            }
            var aggregator = EventAggregator(controller: controller, instance: instance)
            var silentUntil = now
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
                    if await perform(effect, &aggregator, failed) { silentUntil = now.advanced(by: Self.silence) }
                }
            }
            group.cancelAll()
        }
    }

    private var now: MonotonicTime { MonotonicTime(nanoseconds: start.duration(to: .now).wholeNanoseconds) }

    /// True when the server does not permit it.
    private func perform(
        _ effect: EventAggregator.Effect, _ aggregator: inout EventAggregator, _ failed: (APIError) async -> Void
    ) async -> Bool {
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
            await failed(error)
            return error.isForbidden
        }
        return false
    }

    private func drop() {
        dropped.add(1, ordering: .relaxed)
    }
}
