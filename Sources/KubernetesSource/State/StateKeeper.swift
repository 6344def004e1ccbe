import FileSystem
import PacketLoop

/// Reads and writes the state file, on a thread of its own.
actor StateKeeper {
    static let fileName = "kubernetes-state.jsonl"

    nonisolated let path: String
    private let directory: String
    private nonisolated let loop: PacketLoop

    /// Starts the thread.
    init(directory: String) throws {
        self.directory = directory
        path = "\(directory)/\(Self.fileName)"
        loop = try PacketLoop.start(name: "state")
    }

    deinit { loop.stop() }

    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    /// Nil when there is none.
    func read() throws -> StateFile? {
        let octets: [UInt8]
        do throws(FileError) {
            octets = try BoundedFile.read(path, limit: StateFile.limit)
        } catch {
            if error.isNotFound { return nil }
            throw error
        }
        return try StateFile(octets: octets)
    }

    /// Writes what a view holds, which is worked out here, and not where events are waited for. Returns how long it took.
    func write(_ view: ClusterView, server: String, at time: Int64) throws -> Duration {
        let began = ContinuousClock.now
        let state = StateFile(
            written: time, server: server, services: view.recordedServices(), nodes: view.allNodes())
        _ = try OpenDirectory(directory, creating: true)
        try AtomicFile.write(state.octets(), to: path, permissions: 0o600)
        return began.duration(to: .now)
    }
}
