import HTTPTransfer
import NetworkTypes

/// Drives a `LeaseElection` over one Lease of the API.
public final class LeaseElector: Sendable {
    private enum Input: Sendable {
        case event(LeaseElection.Event)
        case timer(Int)
    }

    private let client: KubernetesClient
    private let key: ObjectKey
    private let identity: String
    private let timing: LeaseTiming
    private let seed: UInt64
    private let clock = RunClock()
    private let inputs: AsyncStream<Input>
    private let input: AsyncStream<Input>.Continuation

    /// The Lease `key` is created when there is none.
    public init(
        _ client: KubernetesClient, lease key: ObjectKey, identity: String, timing: LeaseTiming = .standard,
        seed: UInt64
    ) {
        self.client = client
        self.key = key
        self.identity = identity
        self.timing = timing
        self.seed = seed
        // One answer, one timer and a stop at a time; stale timers are the rest.
        (inputs, input) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(64))
    }

    /// Takes part until `stop` has been called and the lease let go, or until the task is cancelled, which leaves it
    /// to run out. Losing the lease ends nothing. To be called once.
    ///
    /// `hear` is told of each request that failed, and nil of each that did not.
    public func run(
        report: (LeaseElection.Leadership) async -> Void,
        hear: @escaping @Sendable (APIError?) async -> Void = { _ in }
    ) async {
        var election = LeaseElection(identity: identity, timing: timing, seed: seed)
        var timer = 0
        await withDiscardingTaskGroup { group in
            input.yield(.event(.started))
            for await next in inputs {
                let event: LeaseElection.Event
                switch next {
                case .event(let other): event = other
                case .timer(let number) where number == timer: event = .timerFired
                case .timer: continue
                }
                for effect in election.handle(event, at: now, wallClock: .now) {
                    switch effect {
                    case .fetch, .create, .update: group.addTask { await self.request(effect, hear) }
                    case .startTimer(let duration):
                        timer += 1
                        group.addTask { [timer] in await self.wait(duration, timer) }
                    case .report(let leadership): await report(leadership)
                    case .finished: input.finish()
                    }
                }
            }
            group.cancelAll()
        }
    }

    /// Lets go of the lease; `run` returns when that is done or has failed.
    public func stop() {
        input.yield(.event(.stopped))
    }

    private var now: MonotonicTime { clock.now }

    private func wait(_ duration: Duration, _ number: Int) async {
        guard (try? await Task.sleep(for: duration)) != nil else { return }
        input.yield(.timer(number))
    }

    private func request(
        _ effect: LeaseElection.Effect, _ hear: @Sendable (APIError?) async -> Void
    ) async {
        do throws(APIError) {
            guard let event = try await event(of: effect) else { return }
            await hear(nil)
            input.yield(.event(event))
        } catch {
            if !error.isConflict, !error.isAlreadyExists, !error.isCancelled { await hear(error) }
            input.yield(.event(error.isConflict || error.isAlreadyExists ? .conflicted : .failed))
        }
    }

    /// Requests are not retried: the election has its own rhythm.
    private func event(of effect: LeaseElection.Effect) async throws(APIError) -> LeaseElection.Event? {
        let limit = timing.renewDeadline / 2
        switch effect {
        case .fetch:
            do throws(APIError) {
                return .fetched(try await client.getOnce(Lease.self, key, within: limit))
            } catch {
                guard error.isNotFound else { throw error }
                return .fetched(nil)
            }
        case .create(let record):
            let object: JSONValue = [
                "apiVersion": .string(Lease.kind.apiVersion), "kind": .string(Lease.kind.name),
                "metadata": ["name": .string(key.name), "namespace": .string(key.namespace)], "spec": record.json,
            ]
            return .written(try await client.createOnce(Lease.self, key.namespace, object, within: limit))
        case .update(let record, let version):
            // A patch keeps what others added to the object, and with the version fails if they changed it.
            let patch: JSONValue = ["metadata": ["resourceVersion": .string(version)], "spec": record.json]
            do throws(APIError) {
                return .written(try await client.patchOnce(Lease.self, key, patch, within: limit))
            } catch {
                // Deleted: to be read and made anew at once, before others think that nobody leads.
                guard error.isNotFound else { throw error }
                return .conflicted
            }
        case .startTimer, .report, .finished: return nil
        }
    }
}
