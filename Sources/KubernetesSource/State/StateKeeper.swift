import FileSystem
import PacketLoop

/// Reads and writes the state file, on a thread of its own.
actor StateKeeper {
    static let fileName = "kubernetes-state.jsonl"

    nonisolated let path: String
    private let directory: String
    /// Whether a file that was there before this process was looked at.
    private var hasLooked = false
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

    /// Moves a file aside that another version of herald wrote and will want to read again; returns where it is now.
    ///
    /// To be called before the first writing; later calls do nothing.
    func setForeignAside() throws -> String? {
        guard !hasLooked else { return nil }
        let beginning: [UInt8]
        do throws(FileError) {
            beginning = try BoundedFile.read(path, limit: StateFile.limit)
        } catch {
            hasLooked = true
            if error.isNotFound { return nil }
            guard case .tooLarge = error.reason else { throw error }
            // This one never writes so much.
            return try setAside("too-large")
        }
        let version = StateFile.foreignVersion(in: beginning)
        let aside = try version.map { try setAside("version-\($0)") }
        hasLooked = true
        return aside
    }

    private func setAside(_ suffix: String) throws -> String {
        let name = "\(Self.fileName).\(suffix)"
        try OpenDirectory(directory).rename(Self.fileName, to: name)
        return "\(directory)/\(name)"
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
