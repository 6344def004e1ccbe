import Configuration
import FileSystem
import LoadBalancing
import Logging
import PacketLoop
import ServiceLifecycle

// The keys under which nodes share addresses.
extension ARPAnnouncer {
    /// Takes the keys of the file that the settings name; what was in force stays so when they cannot be used.
    func loadKeys() async {
        guard !keyLoading.isUnderWay else { return keyLoading.isWantedAgain = true }
        keyLoading.isUnderWay = true
        defer { keyLoading.isUnderWay = false }
        repeat {
            keyLoading.isWantedAgain = false
            if let file = membership.keyFile { await loadKeys(file) } else { noteNoKeyFile() }
        } while keyLoading.isWantedAgain
    }

    func noteNoKeyFile() {
        if hasKeys { return setProblem(nil) }
        guard !isGivenKeys else {
            return setProblem(
                Obstacle(reason: "Pending", sentence: "the membership key is being read from the cluster"))
        }
        setProblem(
            Obstacle(
                reason: "NoMembershipKey",
                sentence: "there are other nodes, and this one shares addresses with them only under a key; write "
                    + "one to a file on every node and name it under membership.keyFile"))
    }

    private func loadKeys(_ file: String) async {
        let text = await Self.read(file)
        guard membership.keyFile == file else { return keyLoading.isWantedAgain = true }
        do throws(SharedKeys.Refusal) {
            try keys.take(text.get(), from: file)
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

    /// Not on the loop, where a disk that does not answer would silence this node.
    @concurrent
    private static func read(_ file: String) async -> Result<[UInt8], SharedKeys.Refusal> {
        do throws(SharedKeys.Refusal) { return .success(try SharedKeys.read(file)) } catch { return .failure(error) }
    }

    /// As `read`.
    @concurrent
    private static func watch(_ file: String) async -> Result<FileWatcher, FileError> {
        do throws(FileError) { return .success(try FileWatcher(paths: [file])) } catch { return .failure(error) }
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
    private func watchKeyFile() async -> AsyncStream<Void> {
        let (changes, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        keyWatch = KeyWatch(continuation)
        guard let file = membership.keyFile else { return changes }
        let made = await Self.watch(file)
        let isStillWanted = membership.keyFile == file
        switch made {
        case .success(let watcher) where isStillWanted:
            keyWatch = KeyWatch(watcher: watcher)
            await loadKeys()
            return watcher.changes
        case .success(let watcher):
            watcher.stop()
            continuation.finish()
        case .failure(let error):
            guard isStillWanted else {
                continuation.finish()
                break
            }
            logger.warning(
                "the key file is read every 5 s, for its changes cannot be watched", metadata: ["error": "\(error)"])
            looks?.restart(after: Self.retryInterval)
        }
        return changes
    }
}

/// Reading the key file, one at a time.
struct KeyLoading {
    var isUnderWay = false
    /// It may have changed since it was read.
    var isWantedAgain = false
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
