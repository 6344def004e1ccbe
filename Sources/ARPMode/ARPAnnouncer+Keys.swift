import Configuration
import FileSystem
import LoadBalancing
import Logging
import PacketLoop
import ServiceLifecycle

// The keys under which nodes share addresses.
extension ARPAnnouncer {
    /// Takes the keys of the file; what was in force stays so when they cannot be used.
    func loadKeys() {
        guard let file = membership.keyFile else {
            if hasKeys { return setProblem(nil) }
            guard !isGivenKeys else {
                return setProblem(
                    Obstacle(reason: "Pending", sentence: "the membership key is being read from the cluster"))
            }
            return setProblem(
                Obstacle(
                    reason: "NoMembershipKey",
                    sentence: "there are other nodes, and this one shares addresses with them only under a key; write "
                        + "one to a file on every node and name it under membership.keyFile"))
        }
        do {
            try keys.load(file)
            setProblem(nil)
        } catch {
            let obstacle = Obstacle(reason: "NoMembershipKey", sentence: error.sentence)
            if keyProblem != obstacle {
                logger.error("the membership key cannot be used", metadata: ["error": "\(error.sentence)"])
            }
            // Keys that were taken before stay in force.
            if hasKeys { keyProblem = obstacle } else { setProblem(obstacle) }
        }
    }

    /// Takes keys that come from elsewhere than a file: a line each, of which the first seals.
    ///
    /// For an announcer that was made to expect them. What was in force stays so when they cannot be used.
    public func setKeys(_ text: [UInt8], from place: String) {
        guard isGivenKeys else { return }
        do {
            try keys.take(text, from: place)
            setProblem(nil)
            logger.notice("membership key in force", metadata: ["source": "\(place)"])
        } catch {
            logger.error("the membership key cannot be used", metadata: ["error": "\(error.sentence)"])
            setKeysMissing(error.sentence)
        }
    }

    /// There are no keys, and why, as a sentence; those that are in force stay so.
    public func setKeysMissing(_ sentence: String) {
        guard isGivenKeys, !hasKeys else { return }
        setProblem(Obstacle(reason: "NoMembershipKey", sentence: sentence))
    }

    var hasKeys: Bool { keys.tag(of: [], key: keys.sealingKey) != nil }

    private func setProblem(_ obstacle: Obstacle?) {
        keyProblem = obstacle
        openHeartbeats()
    }

    /// Reads the key file again when it changes, whichever the settings name, until graceful shutdown.
    func followKeyFile() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                let changes = await self.watchKeyFile()
                for await _ in changes { await self.loadKeys() }
            }
        }
        keyWatch?.stop()
    }

    /// What changes of the file that the settings name now; ends when they name another.
    private func watchKeyFile() -> AsyncStream<Void> {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        keyWatch = KeyWatch(continuation)
        guard let file = membership.keyFile else { return changes }
        do {
            let watcher = try FileWatcher(paths: [file])
            keyWatch = KeyWatch(watcher: watcher)
            loadKeys()
            return watcher.changes
        } catch {
            logger.warning(
                "the key file is read every 5 s, for its changes cannot be watched", metadata: ["error": "\(error)"])
            looks?.restart(after: Self.retryInterval)
            return changes
        }
    }
}

/// What ends when the settings name another key file.
struct KeyWatch {
    private var watcher: FileWatcher?
    private var continuation: AsyncStream<Void>.Continuation?

    init(watcher: FileWatcher) {
        self.watcher = watcher
    }

    init(_ continuation: AsyncStream<Void>.Continuation) {
        self.continuation = continuation
    }

    /// Whether changes of a file are told.
    var isWatching: Bool { watcher != nil }

    func stop() {
        watcher?.stop()
        continuation?.finish()
    }
}
