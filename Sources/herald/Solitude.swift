import Configuration
import FileSystem
import Glibc
import NetworkTypes
import PacketLoop

/// What makes sure that no other herald has this one's network or its state directory: each would take the other's
/// addresses for leftovers, and overwrite its records.
final class Solitude: Sendable {
    private let network: FileLock?
    private let state: FileLock?

    /// Throws `Failure` when another herald is there.
    init(for configuration: Configuration) throws {
        network = try Self.take("/proc/self/ns/net")
        switch configuration.source {
        case .directory(let settings):
            _ = try OpenDirectory(settings.stateDirectory, creating: true)
            state = try Self.take(settings.stateDirectory)
            try Self.requireState(state != nil, settings.stateDirectory, "source.directory")
        case .kubernetes(let settings):
            state = try Self.takeIfPossible(settings.stateDirectory)
        }
        try Self.require(
            network != nil,
            "another herald runs in this network namespace, and one serves all pools of a host; stop it, "
                + "or give this one a network namespace of its own")
    }

    /// How long a process that was just killed may take until it is gone.
    private static let patience = Duration.seconds(2)

    private static func take(_ path: String) throws -> FileLock? {
        let end = PacketLoop.now.advanced(by: patience)
        while PacketLoop.now < end {
            if let lock = try FileLock.take(path) { return lock }
            usleep(5_000)
        }
        return nil
    }

    /// Entries of a state directory that are looked at.
    private static let mostEntries = 100_000

    /// With Services of a cluster herald serves without a state directory as well, or with one that cannot be locked.
    ///
    /// What a herald that was killed left half written is removed: of all that write to the directory none runs yet.
    private static func takeIfPossible(_ directory: String) throws -> FileLock? {
        let lock: FileLock?
        do {
            let opened = try OpenDirectory(directory, creating: true)
            lock = try take(directory)
            if lock != nil { try? opened.removeTemporaries(limit: mostEntries) }
        } catch {
            return nil
        }
        try requireState(lock != nil, directory, "source.kubernetes")
        return lock
    }

    private static func requireState(_ isSo: Bool, _ directory: String, _ source: String) throws {
        try require(
            isSo,
            "another herald uses the state directory \(directory); stop it, or set \(source).stateDirectory to "
                + "another one")
    }

    private static func require(_ isSo: Bool, _ sentence: String) throws {
        guard isSo else { throw Failure(sentence) }
    }
}
